#include "core/fitting/latent/em_end.h"

#include "core/common/error.h"

#include <cmath>

namespace keyhole {

bool stoodStill(const std::vector<double>& values, double tolerance) {
  if (!(tolerance > 0) || values.size() < 2) return false;
  const double last = values.back(), before = values[values.size() - 2];
  return last - before <= tolerance * std::abs(last);
}

AfterStep afterStep(double before, double value, double scale) {
  constexpr double kRounding = 1e-9;
  if (!(value < before)) return AfterStep::rises;
  return before - value > kRounding * scale ? AfterStep::broken : AfterStep::rounding;
}

std::string brokenByRounding(const std::string& what, double fall) {
  return "from here rounding would lower " + what + " (by " + twoDigits(fall) +
         "), as with channels of very different sizes, copies of each other, or without noise";
}

}  // namespace keyhole
