// The units of a recording that an audit can use. A unit that never moves, or one that is another one again,
// has no dynamics of its own: a fit gives it a mode that nothing but the prior determines (1 - α, slow where
// α is small), and that would be told as the recording's claim.
#pragma once

#include "core/fitting/trial.h"

#include <string>
#include <vector>

namespace keyhole {

struct LiveUnits {
  std::vector<Trial> trials;       // of the kept units
  std::vector<Index> kept;         // rising, from 0
  std::vector<std::string> notes;  // which were left out, and why; units counted from 1
};

// Leaves out units that are constant over all trials, and those whose correlation with an earlier one is ±1
// to within 1e-10 (not looked at where samples are missing, or where there are no more steps than units).
// Where fewer than two would be left all are kept: such a recording is refused elsewhere. Cost O(N² T).
LiveUnits liveUnits(const std::vector<Trial>& trials);

}  // namespace keyhole
