// How far the starts of one fit agree, in words.
#pragma once

#include "core/fitting/fit.h"

#include <string>
#include <vector>

namespace keyhole {

struct LdsEnds {
  // "3 of 4 starts end within one nat of it, their leading eigenvalues within 0.0003"; empty of one start.
  std::string agreement;
  // One sentence where starts that came to rest end elsewhere: how far below, and what they claim.
  std::string others;
};

// starts: of one exact fit, with their log-likelihoods; shown: the best of them.
LdsEnds endsOf(const std::vector<Restart>& starts, std::size_t shown);

}  // namespace keyhole
