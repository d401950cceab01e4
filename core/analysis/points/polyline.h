// Distances from curves given by points.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// Of a state (N) from the line through the points (N x k, k >= 1) in order; closed: with the piece from the
// last to the first.
double distanceFromLine(ConstVectorRef state, ConstMatrixRef points, bool closed);

// Arc length of the same.
double lengthOfLine(ConstMatrixRef points, bool closed);

}  // namespace keyhole
