#include "core/fitting/latent/lds_ends.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace keyhole {
namespace {

constexpr double kSame = 1;  // nats

std::string eigenvalueText(const std::complex<double>& value) {
  const auto rounded = [](double x) { return toText(std::round(1e4 * x) / 1e4); };
  if (std::abs(value.imag()) < 5e-5) return rounded(value.real());
  return rounded(value.real()) + " ± " + rounded(std::abs(value.imag())) + "i";
}

bool atRest(const Restart& start) {
  return start.status == FitStatus::converged;
}

}  // namespace

LdsEnds endsOf(const std::vector<Restart>& starts, std::size_t shown) {
  LdsEnds ends;
  if (starts.size() < 2) return ends;
  const Restart& best = starts[shown];
  std::size_t same = 0, below = 0;
  double apart = 0;
  const Restart* next = nullptr;
  for (const Restart& start : starts) {
    if (best.objective - start.objective < kSame) {
      ++same;
      apart = std::max(apart, std::abs(start.eigenvalues(0) - best.eigenvalues(0)));
      continue;
    }
    if (!atRest(start)) continue;
    ++below;
    if (!next || start.objective > next->objective) next = &start;
  }
  ends.agreement =
      std::to_string(same) + " of " + std::to_string(starts.size()) + " starts end within one nat of it";
  if (same > 1) ends.agreement += ", their leading eigenvalues within " + twoDigits(apart);
  const auto unfinished =
      static_cast<std::size_t>(std::count_if(starts.begin(), starts.end(), [&](const Restart& start) {
        return best.objective - start.objective >= kSame && !atRest(start);
      }));
  if (unfinished > 0) ends.agreement += "; " + std::to_string(unfinished) + " were left below, not at rest";
  if (next)
    ends.others = std::to_string(below) + " of " + std::to_string(starts.size()) +
                  " starts came to rest at a lower likelihood: the nearest (" + next->start + ") " +
                  twoDigits(best.objective - next->objective) + " nats below, with a leading eigenvalue of " +
                  eigenvalueText(next->eigenvalues(0)) + " instead of " + eigenvalueText(best.eigenvalues(0));
  return ends;
}

}  // namespace keyhole
