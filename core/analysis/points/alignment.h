// Directions against an activity.
#pragma once

#include "core/common/types.h"

namespace keyhole {

struct Alignment {
  double angle = 0;  // the largest principal angle with the activity's leading components, in [0, π/2]
  double varianceShare = 0;  // of the activity's variance, along the directions
  double largestShare = 0;   // the largest that as many directions could have
};

// Of orthonormal directions (D x k) with the activity (D x T, T >= 3, not constant). Beyond 2000 units from
// at most 2000 evenly spaced time points. Cost O(m² (D + T)), m the smaller of both.
Alignment alignmentOf(ConstMatrixRef directions, ConstMatrixRef activity, Index subspace);

}  // namespace keyhole
