// How many kinds have not been seen yet, from how often those seen were: the species problem.
#pragma once

#include "core/common/types.h"

#include <vector>

namespace keyhole {

struct MissingEstimate {
  Index once = 0, twice = 0;  // kinds seen exactly so often
  double coverage =
      0;               // probability that the next draw is of a kind already seen: 1 - once/draws (Good 1953)
  double missing = 0;  // once (once - 1) / (2 (twice + 1)): a lower bound of what is missing, on average
                       // (Chao 1984, without bias)
  double upper = 0;    // of the 95 % interval of `missing`, log-normal (Chao 1987); 0 where missing is
  bool isMeaningful = false;  // coverage >= 1/2: else nearly every draw was new and the numbers say nothing
};

// counts: how many of the independent draws were of each kind seen (zeros are ignored); draws >= the sum.
MissingEstimate missingFrom(const std::vector<Index>& counts, Index draws);

}  // namespace keyhole
