#include "core/analysis/centre.h"

#include "core/analysis/flow/jacobian.h"
#include "core/linalg/singular.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace keyhole {
namespace {

using Rate = std::complex<double>;  // λ - 1, per τ

constexpr double kNeutral = 1e-6;  // per τ: what counts as marginal
constexpr double kSameTurn =
    1e-5;  // a double pair that shares its eigenvector is split by the root of rounding

// Growth and turning per τ of the flow, or of the steps.
Rate rateIn(Rate rate, double alpha) {
  return alpha > 0 ? std::log(1.0 + alpha * rate) / alpha : rate;
}

// Whether J has fewer eigenvectors to this eigenvalue than it has so many of it.
bool sharesVectors(const FlowSystem& system, const FixedPoint& point, Rate rate, Index count) {
  const ComplexMatrix A = jacobian(system, point.position).cast<Rate>() -
                          rate * ComplexMatrix::Identity(point.position.size(), point.position.size());
  const Vector values = complexSingularSystem(A).values;
  return (values.array() <= kSameTurn * values(0)).count() < count;
}

std::string periodsText(const Vector& periods, const TimeWords& words) {
  std::string text;
  for (Index i = 0; i < std::min<Index>(periods.size(), 3); ++i) {
    if (!text.empty()) text += ", ";
    text += words.duration(periods(i));
  }
  if (periods.size() > 3) text += " …";
  return text;
}

std::string sentenceOf(const Centre& centre, const TimeWords& words) {
  const bool one = centre.periods.size() == 1;
  std::string text = one ? "a plane of neutral cycles of period "
                         : std::to_string(centre.periods.size()) + " planes of neutral cycles of periods ";
  text += periodsText(centre.periods, words);
  if (centre.drifts) return text + ", whose pairs share an eigenvector: what turns there grows for ever";
  return text + ", side by side round the point of rest: they neither attract nor repel";
}

}  // namespace

Centre centreOf(const FlowSystem& system, const FixedPoint& point, double alpha, const TimeWords& words) {
  Centre centre;
  std::vector<Rate> turning;  // λ - 1
  for (const auto& value : point.local.eigenvalues) {
    const Rate inTime = rateIn(value - 1.0, alpha);
    if (inTime.real() > kNeutral) return {};
    if (inTime.real() >= -kNeutral && inTime.imag() > kNeutral) turning.push_back(value - 1.0);
  }
  if (turning.empty()) return centre;
  std::sort(turning.begin(), turning.end(), [](Rate a, Rate b) { return a.imag() < b.imag(); });
  centre.periods.resize(std::ssize(turning));
  for (std::size_t i = 0, first = 0; i < turning.size(); ++i) {
    centre.periods(static_cast<Index>(i)) = 2 * std::numbers::pi / rateIn(turning[i], alpha).imag();
    const bool isLast = i + 1 == turning.size() ||
                        std::abs(turning[i + 1] - turning[i]) > kSameTurn * (1 + std::abs(turning[i]));
    if (!isLast) continue;
    const auto count = static_cast<Index>(i + 1 - first);
    centre.drifts = centre.drifts || (count > 1 && sharesVectors(system, point, turning[first], count));
    first = i + 1;
  }
  centre.message = sentenceOf(centre, words);
  return centre;
}

}  // namespace keyhole
