// From the moments of the windows to a realisation: the linear algebra of subspace identification.
#pragma once

#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/latent/subspace_moments.h"

namespace keyhole {

// s_{t+1} = F s_t + B u_t + w_t, y_t = C s_t + D u_t + e_t in deviations from means, e and w the innovations.
struct SubspaceRealisation {
  Matrix F, B, C, D;  // C has orthonormal columns
  Matrix WW, WE, EE;  // covariances of the innovations
  Matrix states;      // covariance of the projected states, the future inputs' part taken out
};

// Throws std::runtime_error with one sentence: fewer directions than latents, in time or in the channels;
// Stopped. Cost O((k (N + m))³ + ((N + L) m)³).
SubspaceRealisation realise(const SubspaceMoments& moments, Index latents, SubspaceWeighting weighting,
                            Progress& progress);

}  // namespace keyhole
