// How many numbers a fit chose.
#pragma once

#include "core/fitting/fit.h"

namespace keyhole {

// The entries of the student's matrices that were free: dynamics, input weights, drive, covariances (a
// symmetric one by its triangle, a diagonal one by its diagonal), emissions, and of a switching student those
// of all discrete states. First states are not counted, and that a change of basis of the latents changes
// nothing is not taken off.
Index parameterCount(const Student& student);

}  // namespace keyhole
