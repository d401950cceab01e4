// What was not computed, or is not defined.
#pragma once

#include <limits>

namespace keyhole {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace keyhole
