// What of a recording enters the comparison with the reference circuits: numbers from MAP, subspace
// identification and moments, none of which reads α, D or anything else that a file does not hold. Units are
// taken in their own standard deviations, so that nothing depends on the recording's units of measure.
#pragma once

#include "core/fitting/trial.h"

#include <string>
#include <vector>

namespace keyhole {

struct Statistics {
  std::vector<double> values;  // one per statisticNames(); NaN: does not exist for this recording
  std::vector<double> apart;   // one per apartNames(): not shown to the classifier, for the likeness alone
  double claimedSteps = 0;     // time constant of MAP's leading mode, samples; at most the transitions
  double score = 0;            // log₂ of the first two time constants
};

const std::vector<std::string>& statisticNames();
const std::vector<std::string>& apartNames();

// Of N >= 3 units without missing samples. The units in their order make the subsets (half, a quarter), so
// that they should be in no particular one. Cost O(T (N² + 100 lags)).
Statistics statisticsOf(const std::vector<Trial>& trials);

}  // namespace keyhole
