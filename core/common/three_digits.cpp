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

std::string percents(double share) {
  const double percent = 100 * share;
  if (percent > 0 && percent < 0.5) return "less than 1 %";
  if (percent < 100 && percent >= 99.5) return "more than 99 %";
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.0f %%", percent);
  return buffer;
}

}  // namespace keyhole
