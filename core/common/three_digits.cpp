#include "core/common/three_digits.h"

#include <cmath>
#include <cstdio>

namespace keyhole {

std::string threeDigits(double value) {
  char buffer[32];
  const bool wholeIsEnough = std::abs(value) >= 999.5 && std::abs(value) < 1e6;  // "1000", not "1e+03"
  std::snprintf(buffer, sizeof buffer, wholeIsEnough ? "%.0f" : "%.3g", value);
  return buffer;
}

}  // namespace keyhole
