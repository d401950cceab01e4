#include "core/fitting/mean_note.h"

#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kWorthNaming = 0.3;  // deviations

}  // namespace

MeanStrength meanStrength(const std::vector<Trial>& trials, const Progress& progress) {
  const Vector mean = channelMeans(trials, progress).values();
  MeanStrength strength{mean.norm(), 0};
  if (!(strength.mean > 0)) return strength;
  const Vector along = mean / strength.mean;
  double squares = 0, count = 0;
  overTrials(trials, progress, [&](std::size_t k, Index first, Index columns) {
    for (Index t = first; t < first + columns; ++t) {
      const double off = along.dot(trials[k].activity.col(t) - mean);
      if (std::isnan(off)) continue;
      squares += off * off;
      count += 1;
    }
  });
  strength.deviation = std::sqrt(squares / std::max(count, 1.0));
  return strength;
}

MeanStrength meanStrength(const RegressionSums& sums) {
  const RegressionSums about = centred(sums);
  MeanStrength strength{about.phiShift.norm(), 0};
  if (!(strength.mean > 0) || about.count == 0) return strength;
  const Vector along = about.phiShift / strength.mean;
  strength.deviation =
      std::sqrt(std::max(0.0, along.dot(about.S * along)) / static_cast<double>(about.count));
  return strength;
}

std::string meanNote(const MeanStrength& strength) {
  const double ratio = strength.mean / strength.deviation;
  if (!(ratio > kWorthNaming) || !std::isfinite(strength.mean)) return {};
  const double mode = 1 / (1 + 1 / (ratio * ratio));
  return "the fit has no constant drive, and the activity has a mean of " + threeDigits(strength.mean) +
         " against a standard deviation of " + threeDigits(strength.deviation) +
         " along it, which passes for memory: units without any would show a mode |λ(F)| = " +
         threeDigits(mode) + "; a fit with fit.offset on does not";
}

}  // namespace keyhole
