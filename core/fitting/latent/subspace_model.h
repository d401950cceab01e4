// What the two roads of subspace identification share: the whole recording at once (subspace_fit.h) and piece
// by piece (subspace_pieces.h).
#pragma once

#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/latent/subspace_realisation.h"

#include <functional>

namespace keyhole {

struct SubspaceSize {
  Index blockRows = 0, varying = 0;  // channels that vary
  Index neurons = 0, inputs = 0;
  Index windows = 0;  // of 2 blockRows steps
};

// Throws InputError: fewer channels that vary than latents, too few windows.
void requireEnough(const SubspaceOptions& options, const SubspaceSize& size);

// k: `width` channels and inputs, windows(steps) of so many steps in the recording.
Index blockRowsFor(const SubspaceOptions& options, Index width, const std::function<Index(Index)>& windows);

// The model behind the realisation, which is in deviations: s_t = x_t - V u_t is the state before the arrival
// of the input, s_{t+1} = F s_t + F V u_t, y_t = C s_t + (C V + G) u_t + …. y, u: means of the recording.
// trials: those of which b, c, Q and R are identified, by a few EM steps. Throws Stopped.
LdsModel latentModel(const std::vector<Trial>& trials, const Vector& y, const Vector& u,
                     const SubspaceRealisation& real, Progress& progress);

// What identify() gives as a student, or why it gives none: InputError and Stopped are thrown on. blockRows
// is read afterwards. trials: those that the student is described by. Seconds are the caller's to tell.
Student identifiedStudent(const std::vector<Trial>& trials, const SubspaceOptions& options,
                          const Index& blockRows, const std::function<LdsModel()>& identify,
                          Progress& progress);

}  // namespace keyhole
