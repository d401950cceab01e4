#include "core/analysis/comparison/standing.h"

#include <algorithm>
#include <cmath>

namespace keyhole {

double quantileOf(const Vector& sorted, double q) {
  const double position = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<Index>(std::floor(position));
  const Index above = std::min(below + 1, sorted.size() - 1);
  const double part = position - static_cast<double>(below);
  return (1 - part) * sorted(below) + part * sorted(above);
}

Standing standingOf(double shown, const Vector& draws) {
  Standing standing;
  standing.shown = shown;
  standing.sorted = draws;
  const auto end = std::remove_if(standing.sorted.begin(), standing.sorted.end(),
                                  [](double value) { return !std::isfinite(value); });
  const auto count = static_cast<Index>(end - standing.sorted.begin());
  standing.sorted.conservativeResize(count);
  standing.undefined = draws.size() - count;
  if (count == 0) return standing;
  std::sort(standing.sorted.begin(), standing.sorted.end());
  standing.lowerQuartile = quantileOf(standing.sorted, 0.25);
  standing.median = quantileOf(standing.sorted, 0.5);
  standing.upperQuartile = quantileOf(standing.sorted, 0.75);
  if (!std::isfinite(shown)) return standing;
  // The shown one is itself among the draws, up to rounding.
  constexpr double kSame = 1e-6;
  const double margin = kSame * std::max(1.0, std::abs(shown));
  const auto below = static_cast<double>((standing.sorted.array() < shown - margin).count());
  const auto ties = static_cast<double>(((standing.sorted.array() - shown).abs() <= margin).count());
  standing.quantile = (below + 0.5 * ties) / static_cast<double>(count);
  standing.defined = true;
  return standing;
}

}  // namespace keyhole
