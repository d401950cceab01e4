#include "widgets/plots/map_circle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace keyhole {

// About 1 - 1/α with the radius 1/α: it leaves the line by 1/α - √(1/α² - y²) at the height y, and may come
// back into the window on the left. A hundredth of the window can be seen.
MapCircle mapCircle(double alpha, const Range& x, const Range& y) {
  if (!(alpha > 0)) return {};
  const double radius = 1 / alpha, centre = 1 - radius;
  const double high = std::min(std::max(std::abs(y.low), std::abs(y.high)), radius);
  const double bend = high * high / (radius + std::sqrt(radius * radius - high * high));
  if (bend < 0.01 * (x.high - x.low) && centre - radius < x.low) return {};
  constexpr int kPieces = 720;
  MapCircle circle;
  for (int i = 0; i <= kPieces; ++i) {
    const double angle = 2 * std::numbers::pi * i / kPieces;
    circle.re.append(centre + radius * std::cos(angle));
    circle.im.append(radius * std::sin(angle));
  }
  return circle;
}

}  // namespace keyhole
