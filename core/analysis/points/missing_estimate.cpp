#include "core/analysis/points/missing_estimate.h"

#include <cmath>

namespace keyhole {

MissingEstimate missingFrom(const std::vector<Index>& counts, Index draws) {
  MissingEstimate found;
  for (const Index count : counts) {
    found.once += count == 1;
    found.twice += count == 2;
  }
  if (draws == 0) return found;
  const auto once = static_cast<double>(found.once), twice = static_cast<double>(found.twice);
  found.coverage = 1 - once / static_cast<double>(draws);
  found.missing = once > 1 ? once * (once - 1) / (2 * (twice + 1)) : 0.0;  // never -0
  found.isMeaningful = found.coverage >= 0.5;
  found.upper = found.missing;
  if (found.missing > 0) {
    const double ratio = once / (twice + 1);
    const double variance =
        (twice + 1) * (std::pow(ratio, 4) / 4 + std::pow(ratio, 3) + std::pow(ratio, 2) / 2);
    found.upper *= std::exp(1.96 * std::sqrt(std::log1p(variance / (found.missing * found.missing))));
  }
  return found;
}

}  // namespace keyhole
