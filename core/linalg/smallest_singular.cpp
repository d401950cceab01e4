#include "core/linalg/smallest_singular.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr Index kFirstSteps = 12;  // of the first round; each round has twice as many
constexpr int kRounds = 4;

// Per lane: real and imaginary halves share one real factor.
Vector twice(const Vector& perLane) {
  Vector both(2 * perLane.size());
  both << perLane, perLane;
  return both;
}

Vector squaredNorms(const Lanes& X) {
  const Index m = X.rows() / 2;
  const Vector rows = X.rowwise().squaredNorm();
  return rows.head(m) + rows.tail(m);
}

Vector realProducts(const Lanes& X, const Lanes& Y) {
  const Index m = X.rows() / 2;
  const Vector rows = X.cwiseProduct(Y).rowwise().sum();
  return rows.head(m) + rows.tail(m);
}

Lanes selected(const Lanes& X, const std::vector<Index>& lanes) {
  const Index m = X.rows() / 2, count = static_cast<Index>(lanes.size());
  Lanes Y(2 * count, X.cols());
  Y.topRows(count) = X.topRows(m)(lanes, Eigen::all);
  Y.bottomRows(count) = X.bottomRows(m)(lanes, Eigen::all);
  return Y;
}

// The leading eigenpair of one lane's tridiagonal matrix.
struct RitzPair {
  double value = 0;
  Vector weights;
};
RitzPair leadingRitz(ConstVectorRef diagonal, ConstVectorRef subdiagonal) {
  const double scale = diagonal.cwiseAbs().maxCoeff();
  if (!diagonal.allFinite() || !subdiagonal.allFinite())
    return {std::numeric_limits<double>::infinity(), Vector::Unit(diagonal.size(), 0)};
  if (diagonal.size() == 1 || !(scale > 0)) return {diagonal(0), Vector::Unit(diagonal.size(), 0)};
  Eigen::SelfAdjointEigenSolver<Matrix> solver;
  solver.computeFromTridiagonal(diagonal / scale, subdiagonal / scale);
  const Index last = diagonal.size() - 1;
  return {scale * solver.eigenvalues()(last), solver.eigenvectors().col(last)};
}

// One Lanczos run of some lanes in step.
class Round {
 public:
  Round(const ShiftedSystem& system, Lanes start, Index most)
      : m_system(system), m_lanes(start.rows() / 2), m_alpha(m_lanes, most), m_beta(m_lanes, most) {
    m_pairs.resize(static_cast<std::size_t>(m_lanes));
    m_residuals = Vector::Constant(m_lanes, std::numeric_limits<double>::infinity());
    const Vector norms = squaredNorms(start).cwiseSqrt();
    start.array().colwise() /= twice(norms).array();
    m_basis.push_back(std::move(start));
  }

  // Until few lanes are left that have not converged.
  void run(double tolerance, double ceiling) {
    const Index most = m_alpha.cols();
    for (Index k = 0; k < most; ++k) {
      Lanes next = step(k);
      Index open = 0;
      for (Index l = 0; l < m_lanes; ++l) {
        update(l, k, ceiling);
        if (!(m_residuals(l) <= tolerance)) ++open;
      }
      const bool fewLeft = open == 0 || (k >= 2 && 4 * open <= m_lanes);
      if (fewLeft || k + 1 == most) return;
      m_basis.push_back(std::move(next));
    }
  }

  double value(Index l) const { return m_pairs[static_cast<std::size_t>(l)].value; }
  double residual(Index l) const { return m_residuals(l); }

  Lanes vectors() const {
    Lanes X = Lanes::Zero(m_basis.front().rows(), m_basis.front().cols());
    for (std::size_t k = 0; k < m_basis.size(); ++k) {
      Vector weights = Vector::Zero(m_lanes);
      for (Index l = 0; l < m_lanes; ++l) {
        const Vector& all = m_pairs[static_cast<std::size_t>(l)].weights;
        if (static_cast<Index>(k) < all.size()) weights(l) = all(static_cast<Index>(k));
      }
      // A lane that overflowed has weight on its start only.
      X.array() += (m_basis[k].array().colwise() * twice(weights).array())
                       .isFinite()
                       .select(m_basis[k].array().colwise() * twice(weights).array(), 0.0);
    }
    return X;
  }

 private:
  Lanes step(Index k) {
    Lanes w = m_basis.back();
    m_system.solveAdjoint(w);
    m_system.solve(w);
    m_alpha.col(k) = realProducts(m_basis.back(), w);
    w.array() -= m_basis.back().array().colwise() * twice(m_alpha.col(k)).array();
    if (k > 0) w.array() -= m_basis[m_basis.size() - 2].array().colwise() * twice(m_beta.col(k - 1)).array();
    m_beta.col(k) = squaredNorms(w).cwiseSqrt();
    const Vector scale = (m_beta.col(k).array() > 0).select(m_beta.col(k).cwiseInverse(), 0.0);
    w.array().colwise() *= twice(scale).array();
    return w;
  }

  // A lane that has converged goes on with the others, which does no harm, unless its numbers have left the
  // range: it keeps what it had.
  void update(Index l, Index k, double ceiling) {
    auto& pair = m_pairs[static_cast<std::size_t>(l)];
    if (m_residuals(l) == 0) return;
    RitzPair now = leadingRitz(m_alpha.row(l).head(k + 1).transpose(), m_beta.row(l).head(k).transpose());
    const bool beyond = !(now.value < ceiling);
    const double residual = beyond ? 0.0 : m_beta(l, k) * std::abs(now.weights(k)) / now.value;
    pair = std::move(now);
    m_residuals(l) = residual;
  }

  const ShiftedSystem& m_system;
  Index m_lanes;
  Matrix m_alpha, m_beta;  // m x steps
  std::vector<Lanes> m_basis;
  std::vector<RitzPair> m_pairs;
  Vector m_residuals;
};

ComplexVector selectedShifts(const ComplexVector& shifts, const std::vector<Index>& lanes) {
  return shifts(lanes);
}

}  // namespace

SmallestSingular smallestSingular(const ShiftedSolver& solver, const ComplexVector& shifts, Lanes& X,
                                  double tolerance, double floor) {
  const Index m = shifts.size();
  SmallestSingular result{Vector::Zero(m), Vector::Zero(m), std::vector<bool>(static_cast<std::size_t>(m))};
  std::vector<Index> open(static_cast<std::size_t>(m));
  for (Index l = 0; l < m; ++l) open[static_cast<std::size_t>(l)] = l;
  const double ceiling = 1 / std::max(floor * floor, 1e-300);
  Index steps = kFirstSteps;
  for (int r = 0; r < kRounds && !open.empty(); ++r, steps *= 2) {
    const auto system = solver.at(selectedShifts(shifts, open));
    Round round(*system, selected(X, open), std::min(steps, 2 * solver.size() + 2));
    round.run(tolerance, ceiling);
    const Lanes vectors = round.vectors();
    const Index count = static_cast<Index>(open.size());
    std::vector<Index> left;
    for (Index i = 0; i < count; ++i) {
      const Index l = open[static_cast<std::size_t>(i)];
      X.row(l) = vectors.row(i);
      X.row(m + l) = vectors.row(count + i);
      const double value = round.value(i);
      result.values(l) = value < ceiling ? 1 / std::sqrt(value) : floor;
      result.residuals(l) = round.residual(i);
      const bool done = result.residuals(l) <= tolerance;
      result.converged[static_cast<std::size_t>(l)] = done;
      if (!done) left.push_back(l);
    }
    open = std::move(left);
  }
  return result;
}

}  // namespace keyhole
