// A recording in units of its own channels: what makes a fit the same in whatever units it was recorded.
#pragma once

#include "core/fitting/latent/lds_model.h"

namespace keyhole {

// y = centre + scale y', u = inputCentre + inputScale u', per channel.
struct LdsUnits {
  Vector centre, scale;            // N, > 0
  Vector inputCentre, inputScale;  // m, > 0
};

// Means and standard deviations; of channels that do not vary the scale is 1. Of a class with isotropic noise
// one scale for all channels, since there another unit of one channel is another model; without a constant
// drive b the inputs keep their zero. Cost O((N + m) T). Throws Stopped.
LdsUnits unitsOf(const std::vector<Trial>& trials, const LdsClass& kind,
                 const Progress& progress = noProgress());

// The trials in those units: a copy. Throws Stopped.
std::vector<Trial> inUnits(const std::vector<Trial>& trials, const LdsUnits& units,
                           const Progress& progress = noProgress());

// The trials with their missing samples on straight lines between those that are there (before the first and
// behind the last: level; of a channel without any: 0). For a start alone. Throws Stopped.
std::vector<Trial> interpolated(const std::vector<Trial>& trials, const Progress& progress = noProgress());

// A model of the trials in these units as one of the trials themselves. The log-likelihood of the trials is
// that in units less logScale().
LdsModel outOfUnits(LdsModel model, const LdsUnits& units);
// The other way round.
LdsModel intoUnits(LdsModel model, const LdsUnits& units);
double logScale(const std::vector<Trial>& trials, const LdsUnits& units,
                const Progress& progress = noProgress());

}  // namespace keyhole
