// What a mean does to a fit that has no constant drive.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/trial.h"
#include "core/simulation/sums.h"

#include <string>
#include <vector>

namespace keyhole {

// The length of the mean of the activity (over channels), and the standard deviation along it.
struct MeanStrength {
  double mean = 0, deviation = 0;
};

// Of trials, missing samples (NaN) left out. Cost O(N T). Throws Stopped.
MeanStrength meanStrength(const std::vector<Trial>& trials, const Progress& progress = noProgress());

// Of φ of the units, from their sums. Cost O(D²).
MeanStrength meanStrength(const RegressionSums& sums);

// One sentence on a fit without a constant drive: with r = mean/deviation, units without any memory would
// show a mode r²/(r² + 1) of the map along the mean. Empty where r is below 0.3 (a mode of 0.08).
std::string meanNote(const MeanStrength& strength);

}  // namespace keyhole
