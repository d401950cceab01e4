#include "core/analysis/theory/low_rank_students.h"

#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

// The eigenvalues of M Lᵀ that are not zero by rank, with what belongs to each.
struct Inner {
  ComplexVector values;
  Vector conditions, residuals;
};

// With S = LᵀM = V Λ V⁻¹ the right eigenvectors of M Lᵀ are M v_i, the left ones L u_i with u_iᴴ the rows of
// V⁻¹, and their product is λ_i.
Inner innerModes(const Matrix& M, const Matrix& L, double norm) {
  const Index r = M.cols();
  const EigenSystem system = eigenSystem(L.transpose() * M);
  const Eigen::FullPivLU<ComplexMatrix> factor(system.vectors);
  const ComplexMatrix inverse = factor.isInvertible() ? ComplexMatrix(factor.inverse()) : ComplexMatrix();
  Inner inner{system.values, Vector(r), Vector(r)};
  for (Index i = 0; i < r; ++i) {
    const ComplexVector x = M * system.vectors.col(i);
    const ComplexVector back = M * (L.transpose() * x);
    const double length = x.norm();
    inner.residuals(i) =
        length > 0 && norm > 0 ? (back - system.values(i) * x).norm() / (norm * length) : 0.0;
    const double modulus = std::abs(system.values(i));
    inner.conditions(i) = std::numeric_limits<double>::infinity();
    if (inverse.size() > 0 && modulus > 0)
      inner.conditions(i) = std::max(1.0, length * (L * inverse.row(i).transpose()).norm() / modulus);
  }
  return inner;
}

}  // namespace

LowRankStudents::LowRankStudents(const LowRankForm& form, LowRankCovariance covariance)
    : m_form(form), m_covariance(std::move(covariance)) {
  const Index k = m_covariance.E.cols();
  m_weights =
      (form.N.transpose() * m_covariance.E) * (m_covariance.c0 * Matrix::Identity(k, k) + m_covariance.Y);
}

Matrix LowRankStudents::readers(Index d) const {
  const auto E = m_covariance.E.topRows(d);
  const Index k = E.cols();
  const Matrix K = E.transpose() * E;
  const Matrix inner = m_covariance.c0 * Matrix::Identity(k, k) + K * m_covariance.Y;
  // weights inner⁻¹ Eᵀ, transposed.
  const Matrix solved = inner.transpose().partialPivLu().solve(m_weights.transpose());
  return E * solved;
}

StudentModes LowRankStudents::modes(Index d, const ModeQuestions& questions) const {
  const Matrix M = m_form.M.topRows(d), L = readers(d);
  const Index r = M.cols();
  if (d <= r) {
    StudentModes modes = denseModes(M * L.transpose(), questions);
    modes.road = ModeRoad::lowRank;
    return modes;
  }
  const QrFactors columns = thinQr(M), rows = thinQr(L);
  const Matrix core = columns.R * rows.R.transpose();
  const double norm = core.norm();
  const Inner inner = innerModes(M, L, norm);
  ComplexVector values = ComplexVector::Zero(r + std::min(questions.count, d - r));
  values.head(r) = inner.values;
  const auto order = orderByRealPart(values);

  StudentModes modes;
  modes.road = ModeRoad::lowRank;
  modes.complete = true;
  modes.residual = 0;
  const Index k = std::min(questions.count, d);
  modes.leading.values = values.head(k);
  modes.leading.conditions = Vector::Ones(k);
  modes.leading.undetermined.assign(static_cast<std::size_t>(k), false);
  double undeterminedSquares = 0;
  std::vector<bool> marked(static_cast<std::size_t>(values.size()), false);
  for (Index i = 0; i < values.size(); ++i) {
    const Index from = order[static_cast<std::size_t>(i)];
    if (from >= r) continue;
    double nearest = std::abs(values(i));  // the zeros
    for (Index j = 0; j < r; ++j)
      if (j != from) nearest = std::min(nearest, std::abs(inner.values(j) - values(i)));
    const bool undetermined = roundingMayMove(inner.conditions(from), nearest, r, norm);
    if (undetermined) undeterminedSquares += std::norm(values(i));
    marked[static_cast<std::size_t>(i)] = undetermined;
    if (i >= k) continue;
    modes.leading.conditions(i) = inner.conditions(from);
    modes.leading.undetermined[static_cast<std::size_t>(i)] = undetermined;
    modes.residual = std::max(modes.residual, inner.residuals(from));
  }
  modes.leading.alpha = questions.alpha;
  Spectrum all = spectrumOf(values, questions.alpha);
  all.undetermined = std::move(marked);
  modes.score = lineAttractorScore(all);
  if (!questions.all) return modes;
  modes.henriciUndetermined = undeterminedSquares > 1e-6 * norm * norm;
  if (!modes.henriciUndetermined)
    modes.henrici = norm > 0 ? std::sqrt(std::max(0.0, 1 - inner.values.squaredNorm() / (norm * norm))) : 0.0;
  modes.singular = Vector::Zero(k);
  const SingularSystem singular = singularSystem(core);
  modes.singular.head(std::min(k, r)) = singular.values.head(std::min(k, r));
  modes.leftSingular = columns.Q * singular.left.col(0);
  modes.rightSingular = rows.Q * singular.right.col(0);
  return modes;
}

double LowRankStudents::largestVariance(Index d) const {
  const auto E = m_covariance.E.topRows(d);
  const Index k = E.cols();
  // The non-zero eigenvalues of E Y Eᵀ are those of R Y Rᵀ.
  const Matrix R = d > k ? triangularFactor(E) : Matrix(E);
  if (k == 0) return m_covariance.c0;
  const auto values = symmetricEigenSystem(R * m_covariance.Y * R.transpose(), 1).values;
  return m_covariance.c0 + (d > k ? std::max(0.0, values(0)) : values(0));
}

}  // namespace keyhole
