#include "tests/support/matrix_compare.h"

#include <cmath>

namespace keyhole::test {

QString difference(ConstMatrixRef a, ConstMatrixRef b, double tolerance) {
  if (a.rows() != b.rows() || a.cols() != b.cols())
    return QString("shapes differ: %1 x %2 and %3 x %4")
        .arg(a.rows())
        .arg(a.cols())
        .arg(b.rows())
        .arg(b.cols());
  for (Index j = 0; j < a.cols(); ++j)
    for (Index i = 0; i < a.rows(); ++i)
      if (!(std::abs(a(i, j) - b(i, j)) <= tolerance))
        return QString("entry (%1, %2): %3 and %4 differ by more than %5")
            .arg(i)
            .arg(j)
            .arg(a(i, j), 0, 'g', 17)
            .arg(b(i, j), 0, 'g', 17)
            .arg(tolerance);
  return {};
}

QString spectralDifference(const ComplexVector& a, const ComplexVector& b, double tolerance) {
  if (a.size() != b.size()) return QString("%1 and %2 values").arg(a.size()).arg(b.size());
  std::vector<bool> used(static_cast<std::size_t>(b.size()), false);
  for (Index i = 0; i < a.size(); ++i) {
    Index best = -1;
    for (Index j = 0; j < b.size(); ++j)
      if (!used[static_cast<std::size_t>(j)] &&
          (best < 0 || std::abs(a(i) - b(j)) < std::abs(a(i) - b(best))))
        best = j;
    if (!(std::abs(a(i) - b(best)) <= tolerance))
      return QString("eigenvalue %1 = %2 %3i: nearest other one is %4 %5i, further than %6")
          .arg(i)
          .arg(a(i).real(), 0, 'g', 17)
          .arg(a(i).imag(), 0, 'g', 17)
          .arg(b(best).real(), 0, 'g', 17)
          .arg(b(best).imag(), 0, 'g', 17)
          .arg(tolerance);
    used[static_cast<std::size_t>(best)] = true;
  }
  return {};
}

}  // namespace keyhole::test
