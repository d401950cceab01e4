#include "core/fitting/regression/nested_map.h"

#include "core/common/clock.h"
#include "core/common/parallel.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <limits>
#include <utility>

namespace keyhole {
namespace {

constexpr double kWellConditioned = 1e-12;  // reciprocal; of leading blocks it is no smaller

// G, lower triangle. The rows and columns of units stand in their order, those of inputs before them.
Matrix gramOf(const RegressionSums& sums, const std::vector<Index>& order, const MapOptions& options) {
  const Index m = sums.UU.rows(), D = sums.S.rows();
  Matrix G(m + D, m + D);
  G.topLeftCorner(m, m) = sums.UU;
  G.bottomLeftCorner(D, m) = sums.PU(order, Eigen::all);
  G.topRightCorner(m, D) = G.bottomLeftCorner(D, m).transpose();
  G.bottomRightCorner(D, D) = sums.S(order, order);
  G *= options.alpha * options.alpha;
  G.diagonal().array() += options.rho;
  return G;
}

// X ← X L⁻¹ with the lower triangle of L, the rows of X in two halves.
void divideByLower(MatrixRef X, ConstMatrixRef L) {
  inTwoHalves(X.rows(), [&](Index first, Index count) {
    auto rows = X.middleRows(first, count);
    L.triangularView<Eigen::Lower>().solveInPlace<Eigen::OnTheRight>(rows);
  });
}

}  // namespace

NestedMap::NestedMap(const RegressionSums& sums, std::vector<Index> order, const MapOptions& options)
    : m_order(std::move(order)), m_options(options), m_inputs(sums.UU.rows()), m_count(sums.count) {
  const Index D = sums.S.rows();
  const Matrix G = gramOf(sums, m_order, options);
  if (!G.allFinite()) return;
  Eigen::LLT<Matrix> factor(G);
  if (factor.info() != Eigen::Success || !(factor.rcond() > kWellConditioned)) return;
  m_L = factor.matrixLLT();
  m_W.resize(D, m_inputs + D);
  m_W.leftCols(m_inputs) = options.alpha * sums.XU(m_order, Eigen::all);
  m_W.rightCols(D) = options.alpha * sums.R(m_order, m_order);
  inTwoHalves(D, [&](Index first, Index count) {
    auto rows = m_W.middleRows(first, count);
    m_L.triangularView<Eigen::Lower>().transpose().solveInPlace<Eigen::OnTheRight>(rows);
  });
  m_energy = sums.energy(m_order);
  m_sum = sums.sum(m_order);
  m_good = m_W.allFinite();
}

bool NestedMap::servesFor(const std::vector<Index>& order, const MapOptions& options, Index inputs) const {
  return m_inputs == inputs && m_options.alpha == options.alpha && m_options.rho == options.rho &&
         m_options.phi == options.phi && m_order == order;
}

bool NestedMap::holdsFor(const std::vector<Index>& seen) const {
  return m_good && seen.size() <= m_order.size() && std::equal(seen.begin(), seen.end(), m_order.begin());
}

Student NestedMap::fit(Index d) const {
  const auto start = Clock::now();
  const Index m = m_inputs;
  Student student;
  student.phi = m_options.phi;
  student.alpha = m_options.alpha;
  Matrix both = m_W.topLeftCorner(d, m + d);
  // With M = [V A], α M Kᵀ sums up to ‖W_d‖² and M G = α K: see rSquared() in map_fit.cpp.
  const double crossed = both.squaredNorm();
  divideByLower(both, m_L.topLeftCorner(m + d, m + d));
  const double energy = m_energy.head(d).sum();
  const double residual = energy - crossed - m_options.rho * both.squaredNorm();
  const double total =
      energy - m_sum.head(d).squaredNorm() / static_cast<double>(std::max<Index>(m_count, 1));
  student.oneStepR2 = total > 0 ? 1.0 - residual / total : std::numeric_limits<double>::quiet_NaN();
  student.V = both.leftCols(m);
  student.A = m > 0 ? Matrix(both.rightCols(d)) : std::move(both);
  const bool solved = student.A.allFinite() && student.V.allFinite();
  student.summary.status = solved ? FitStatus::solved : FitStatus::diverged;
  student.summary.message = solved ? "the normal equations were solved" : "the solution is not finite";
  student.summary.iterations = 1;
  student.summary.seconds = secondsSince(start);
  return student;
}

}  // namespace keyhole
