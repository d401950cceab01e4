#include "core/common/quantile.h"

#include <cstddef>

namespace keyhole {

double drawnQuantile(const std::vector<double>& rising, double p) {
  const double at = p * static_cast<double>(rising.size() + 1) - 1;
  if (at <= 0) return rising.front();
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= rising.size()) return rising.back();
  const double a = rising[below], b = rising[below + 1];
  return a == b ? a : a + (at - static_cast<double>(below)) * (b - a);
}

}  // namespace keyhole
