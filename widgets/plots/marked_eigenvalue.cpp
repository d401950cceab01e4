#include "widgets/plots/marked_eigenvalue.h"

namespace keyhole {
namespace {

constexpr double kSamePlace = 1e-3;

}  // namespace

std::vector<MarkedEigenvalue> marksOf(const Spectrum& spectrum) {
  std::vector<MarkedEigenvalue> marks;
  for (Index i = 0; i < spectrum.values.size(); ++i) {
    const bool undetermined = spectrum.undetermined[static_cast<std::size_t>(i)];
    // Only neighbours in the order (by real part) can coincide.
    MarkedEigenvalue* same = nullptr;
    for (std::size_t back = marks.size(); back > 0; --back) {
      auto& candidate = marks[back - 1];
      if (candidate.value.real() - spectrum.values(i).real() > kSamePlace) break;
      if (std::abs(candidate.value - spectrum.values(i)) < kSamePlace &&
          candidate.undetermined == undetermined)
        same = &candidate;
    }
    if (same)
      ++same->count;
    else
      marks.push_back({spectrum.values(i), 1, undetermined, i});
  }
  return marks;
}

}  // namespace keyhole
