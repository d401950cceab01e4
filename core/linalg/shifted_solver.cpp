#include "core/linalg/shifted_solver.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

constexpr Index kBlock = 16;

Complex floored(Complex pivot, double floor) {
  return std::abs(pivot) < floor ? Complex(floor, 0) : pivot;
}

// column ← factor · column per lane, or conj(factor) · column. Both are 2m: real, then imaginary parts.
template <typename Column, typename Factor>
void scale(Column&& column, const Factor& factor, bool conjugate) {
  const Index m = column.size() / 2;
  const double sign = conjugate ? -1.0 : 1.0;
  for (Index l = 0; l < m; ++l) {
    const double re = column(l), im = column(m + l), fr = factor(l), fi = sign * factor(m + l);
    column(l) = fr * re - fi * im;
    column(m + l) = fr * im + fi * re;
  }
}

Vector reciprocals(const ComplexVector& pivots) {
  const Index m = pivots.size();
  Vector result(2 * m);
  for (Index l = 0; l < m; ++l) {
    const Complex inverse = 1.0 / pivots(l);
    result(l) = inverse.real();
    result(m + l) = inverse.imag();
  }
  return result;
}

class TriangularSystem : public ShiftedSystem {
 public:
  TriangularSystem(const Matrix& T, const ComplexVector& shifts, double floor)
      : m_T(T), m_shifts(2 * shifts.size()), m_inverse(2 * shifts.size(), T.rows()) {
    const Index n = T.rows();
    m_shifts << shifts.real(), shifts.imag();
    ComplexVector pivots(shifts.size());
    for (Index j = 0; j < n; ++j) {
      if (startsPair(j)) {
        // (z - a)² - b c from its factors: no cancellation near the block's eigenvalues.
        const Complex eigenvalue(T(j, j), std::sqrt(std::max(0.0, -T(j, j + 1) * T(j + 1, j))));
        for (Index l = 0; l < shifts.size(); ++l)
          pivots(l) =
              floored(shifts(l) - eigenvalue, floor) * floored(shifts(l) - std::conj(eigenvalue), floor);
        m_inverse.col(j) = reciprocals(pivots);
        ++j;
      } else {
        for (Index l = 0; l < shifts.size(); ++l) pivots(l) = floored(shifts(l) - T(j, j), floor);
        m_inverse.col(j) = reciprocals(pivots);
      }
    }
  }

  void solve(Lanes& X) const override {
    const Index n = m_T.rows();
    for (Index end = n; end > 0;) {
      Index start = std::max<Index>(end - kBlock, 0);
      if (start > 0 && startsPair(start - 1)) --start;
      if (end < n)
        X.middleCols(start, end - start).noalias() +=
            X.rightCols(n - end) * m_T.block(start, end, end - start, n - end).transpose();
      solveBlock(X, start, end);
      end = start;
    }
  }

  void solveAdjoint(Lanes& X) const override {
    const Index n = m_T.rows();
    for (Index start = 0; start < n;) {
      Index end = std::min(start + kBlock, n);
      if (end < n && startsPair(end - 1)) ++end;
      if (start > 0)
        X.middleCols(start, end - start).noalias() +=
            X.leftCols(start) * m_T.block(0, start, start, end - start);
      solveBlockAdjoint(X, start, end);
      start = end;
    }
  }

 private:
  bool startsPair(Index j) const { return j + 1 < m_T.rows() && m_T(j + 1, j) != 0; }

  void solveBlock(Lanes& X, Index start, Index end) const {
    for (Index j = end - 1; j >= start; --j) {
      for (Index k = j + 1; k < end; ++k) X.col(j) += m_T(j, k) * X.col(k);
      if (j > start && startsPair(j - 1)) {
        for (Index k = j + 1; k < end; ++k) X.col(j - 1) += m_T(j - 1, k) * X.col(k);
        solvePair(X, j - 1, m_T(j - 1, j), m_T(j, j - 1), false);
        --j;
      } else {
        scale(X.col(j), m_inverse.col(j), false);
      }
    }
  }

  void solveBlockAdjoint(Lanes& X, Index start, Index end) const {
    for (Index j = start; j < end; ++j) {
      for (Index k = start; k < j; ++k) X.col(j) += m_T(k, j) * X.col(k);
      if (startsPair(j)) {
        for (Index k = start; k < j; ++k) X.col(j + 1) += m_T(k, j + 1) * X.col(k);
        solvePair(X, j, m_T(j + 1, j), m_T(j, j + 1), true);
        ++j;
      } else {
        scale(X.col(j), m_inverse.col(j), true);
      }
    }
  }

  // [z - a, -b; -c, z - a]⁻¹ = [z - a, b; c, z - a] / det on columns j, j + 1; its adjoint has conj(z), and b
  // and c exchanged.
  void solvePair(Lanes& X, Index j, double b, double c, bool adjoint) const {
    Vector pivot = m_shifts;
    pivot.head(pivot.size() / 2).array() -= m_T(j, j);
    Vector first = X.col(j), second = X.col(j + 1);
    scale(first, pivot, adjoint);
    scale(second, pivot, adjoint);
    first += b * X.col(j + 1);
    second += c * X.col(j);
    scale(first, m_inverse.col(j), adjoint);
    scale(second, m_inverse.col(j), adjoint);
    X.col(j) = first;
    X.col(j + 1) = second;
  }

  const Matrix& m_T;
  Vector m_shifts;   // 2m
  Matrix m_inverse;  // 2m x n: 1/(z - t_jj), of a pair 1/det in its first column
};

class TriangularSolver : public ShiftedSolver {
 public:
  TriangularSolver(Matrix T, double floor) : m_T(std::move(T)), m_floor(floor) {}
  Index size() const override { return m_T.rows(); }
  std::unique_ptr<ShiftedSystem> at(const ComplexVector& shifts) const override {
    return std::make_unique<TriangularSystem>(m_T, shifts, m_floor);
  }

 private:
  Matrix m_T;
  double m_floor;
};

class ChainSystem : public ShiftedSystem {
 public:
  ChainSystem(const Vector& links, double beta, Vector inverse)
      : m_links(links), m_beta(beta), m_inverse(std::move(inverse)) {}

  void solve(Lanes& X) const override {
    const Index n = X.cols();
    Vector sum = Vector::Zero(X.rows());  // of the entries that the first row's β reaches
    for (Index j = n - 1; j >= 0; --j) {
      if (j + 1 < n) X.col(j) += m_links(j) * X.col(j + 1);
      if (j == 0) X.col(0) += m_beta * sum;
      scale(X.col(j), m_inverse, false);
      sum += X.col(j);
    }
  }

  void solveAdjoint(Lanes& X) const override {
    scale(X.col(0), m_inverse, true);
    for (Index j = 1; j < X.cols(); ++j) {
      X.col(j) += m_links(j - 1) * X.col(j - 1) + m_beta * X.col(0);
      scale(X.col(j), m_inverse, true);
    }
  }

 private:
  const Vector& m_links;
  double m_beta;
  Vector m_inverse;  // 1/(z - diagonal), 2m
};

class ChainSolver : public ShiftedSolver {
 public:
  ChainSolver(Vector links, double beta, double diagonal, double floor)
      : m_links(std::move(links)), m_beta(beta), m_diagonal(diagonal), m_floor(floor) {}
  Index size() const override { return m_links.size() + 1; }
  std::unique_ptr<ShiftedSystem> at(const ComplexVector& shifts) const override {
    ComplexVector pivots(shifts.size());
    for (Index l = 0; l < shifts.size(); ++l) pivots(l) = floored(shifts(l) - m_diagonal, m_floor);
    return std::make_unique<ChainSystem>(m_links, m_beta, reciprocals(pivots));
  }

 private:
  Vector m_links;
  double m_beta, m_diagonal, m_floor;
};

}  // namespace

std::unique_ptr<ShiftedSolver> triangularSolver(Matrix T, double floor) {
  return std::make_unique<TriangularSolver>(std::move(T), floor);
}

std::unique_ptr<ShiftedSolver> chainSolver(Vector links, double beta, double diagonal, double floor) {
  return std::make_unique<ChainSolver>(std::move(links), beta, diagonal, floor);
}

}  // namespace keyhole
