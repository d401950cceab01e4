#include "core/analysis/theory/whitened_students.h"

#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/leading_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr Index kWhitenedDenseUpTo = 90;  // below, the QR iteration is as fast
constexpr Index kFirstCheck = 80, kStepLimit = 160;
constexpr double kTolerance = 1e-10;  // of residuals relative to ‖F‖₂

// Found by Arnoldi: the converged eigenvalues nearest to the shift, by distance, without a gap.
struct Found {
  ComplexVector values;
  Vector conditions;
  ComplexMatrix vectors;
  double reach = 0;  // distance of the last one
};

// In place, LU without pivoting, by halves so that the products are matrix products. Precondition: every
// leading block is regular, as for a definite symmetric part.
void factorise(MatrixRef A) {
  const Index n = A.rows();
  if (n <= 32) {
    for (Index k = 0; k + 1 < n; ++k) {
      const Index rest = n - k - 1;
      A.col(k).tail(rest) /= A(k, k);
      A.bottomRightCorner(rest, rest).noalias() -= A.col(k).tail(rest) * A.row(k).tail(rest);
    }
    return;
  }
  const Index h = n / 2, rest = n - h;
  factorise(A.topLeftCorner(h, h));
  MatrixRef right(A.topRightCorner(h, rest)), below(A.bottomLeftCorner(rest, h));
  A.topLeftCorner(h, h).triangularView<Eigen::UnitLower>().solveInPlace(right);
  A.topLeftCorner(h, h).triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(below);
  A.bottomRightCorner(rest, rest).noalias() -= below * right;
  factorise(A.bottomRightCorner(rest, rest));
}

Found foundBy(const Arnoldi& arnoldi, double shift, double norm) {
  const auto ritz = arnoldi.ritz();
  Index n = 0;
  while (n < ritz.values.size() &&
         (norm + shift) * ritz.residuals(n) <= kTolerance * norm * std::abs(ritz.values(n)))
    ++n;
  Found found;
  if (n == 0) return found;
  found.values = shift + ritz.values.head(n).array().inverse();
  found.conditions = ritz.conditions.head(n);
  found.reach = 1 / std::abs(ritz.values(n - 1));
  found.vectors = ritz.inBasis.leftCols(n);  // in the basis, for now
  return found;
}

// Whether the disk of the found ones holds all of the plane right of Re λ = c with |λ| <= norm.
bool holdsAllRightOf(double c, double shift, double norm, double reach) {
  const double height = std::sqrt(std::max(0.0, norm * norm - c * c));
  const double farthest = std::max(std::hypot(c - shift, height), std::abs(norm - shift));
  return farthest <= reach;
}

}  // namespace

WhitenedStudents::WhitenedStudents(const Matrix& L, const Matrix& BC, double alpha) : m_F(BC) {
  const auto lower = L.triangularView<Eigen::Lower>();
  lower.solveInPlace(m_F);
  lower.transpose().solveInPlace<Eigen::OnTheRight>(m_F);
  m_norm = std::sqrt(symmetricEigenSystem(m_F.transpose() * m_F, 1).values(0)) * (1 + 1e-12);
  m_shift = alpha > 0 ? 1 + alpha / (2 * (1 - alpha)) : 1;
  m_factors = m_F;
  m_factors.diagonal().array() -= m_shift;
  factorise(m_factors);
}

std::optional<StudentModes> WhitenedStudents::modes(Index d, Index count) const {
  if (d <= kWhitenedDenseUpTo || !std::isfinite(m_shift)) return {};
  const auto factors = m_factors.topLeftCorner(d, d);
  Arnoldi arnoldi(
      [&](VectorRef v) {
        factors.triangularView<Eigen::UnitLower>().solveInPlace(v);
        factors.triangularView<Eigen::Upper>().solveInPlace(v);
      },
      RandomStream(1, Stream::fit).normalMatrix(d, 1), kStepLimit);
  while (!arnoldi.exhausted()) {
    arnoldi.expandTo(arnoldi.steps() == 0 ? kFirstCheck : arnoldi.steps() + 20);
    Found found = foundBy(arnoldi, m_shift, m_norm);
    const auto order = orderByRealPart(found.values);
    if (found.values.size() < count) continue;
    if (!holdsAllRightOf(found.values(count - 1).real(), m_shift, m_norm, found.reach)) continue;
    const auto student = m_F.topLeftCorner(d, d);
    const double size = student.norm();
    ComplexMatrix inBasis(arnoldi.steps(), count);
    StudentModes modes;
    modes.road = ModeRoad::krylov;
    modes.complete = true;
    modes.reach = m_norm;
    modes.leading.values = found.values.head(count);
    modes.leading.conditions.resize(count);
    for (Index i = 0; i < count; ++i) {
      const Index from = order[static_cast<std::size_t>(i)];
      inBasis.col(i) = found.vectors.col(from);
      modes.leading.conditions(i) = found.conditions(from);
      modes.leading.undetermined.push_back(
          roundingMayMove(found.conditions(from), distanceToNearest(found.values, i), d, size));
    }
    modes.residual = eigenResidual(student, modes.leading.values, arnoldi.inSpace(inBasis));
    modes.score = lineAttractorScore(modes.leading);
    return modes;
  }
  return {};
}

}  // namespace keyhole
