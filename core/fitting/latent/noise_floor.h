// What is to be said of the noise variances that a latent model ends with.
#pragma once

#include "core/fitting/fit.h"
#include "core/fitting/latent/lds_model.h"

#include <optional>
#include <string>
#include <vector>

namespace keyhole {

// R and the channels' variances: N. Empty for the classes without a floor.
std::optional<NoiseFloor> floorOf(const Vector& R, const Vector& variances, const LdsClass& kind);

// A sentence each: channels at the floor; without a floor, channels whose noise went to 0 (Heywood cases), or
// that the likelihood has no maximum.
std::vector<std::string> noiseNotes(const Vector& R, const Vector& variances, const LdsClass& kind);

}  // namespace keyhole
