// The model of subspace identification as a start of EM.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/latent/lds_data.h"
#include "core/fitting/latent/lds_model.h"

namespace keyhole {

// subspaceModel() (N4SID) as a member of the class and with the data's input timing, so that EM's theorem
// holds from its first step on. These change the parameters but not the model, as far as the class has them:
// - Q diagonal: the latents are rotated onto its principal axes; emissions stay orthonormal.
// - Inputs at departure: the latents become those before the arrival of the input, V → F V, G → G + C V. (The
//   first state, on which nothing acts, changes by the mean of the trials' first inputs: exact for one
//   trial.)
// - No bias b: the latents are counted from their point of rest, where there is one.
// The nearest member, another model: no G (dropped, its mean kept in c), isotropic R (its mean), R at least
// at the class's floor, stable (F divided by its spectral radius, if above 1).
//
// Cost: that of subspaceModel(). Throws as it does: InputError (missing samples, too few of them),
// std::runtime_error, Stopped.
LdsModel subspaceStart(const LdsData& data, const LdsClass& kind, Progress& progress = noProgress());

// The same of any model with CᵀC = I, full Q, diagonal R and inputs at arrival.
LdsModel inClass(LdsModel model, const LdsData& data, const LdsClass& kind);

}  // namespace keyhole
