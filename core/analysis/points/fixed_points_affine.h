// The points of rest of affine systems, exactly: internals of fixed_points.h.
#pragma once

#include "core/analysis/points/fixed_points.h"

namespace keyhole {

// Without eigenvalues; progress is not asked, the work is one factorisation per system.
FixedPoints affineFixedPoints(const FlowSystem& system);
FixedPoints switchingFixedPoints(const FlowSystem& system);

}  // namespace keyhole
