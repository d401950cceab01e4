#include "core/simulation/trajectory_sums.h"

namespace keyhole {

TrajectorySums::TrajectorySums(Index units, Index inputs, double alpha, Nonlinearity phi)
    : m_sums(emptySums(units, inputs)), m_alpha(alpha), m_phi(phi) {}

void TrajectorySums::add(const StateBlock& block, ConstMatrixRef input) {
  if (!block.basis || m_phi != Nonlinearity::linear)
    return accumulate(m_sums, block.inUnits(), input, m_alpha, m_phi);
  accumulate(m_sums, block.states, input, m_alpha, m_phi);
  if (!m_basis) m_first = block.states.col(0);
  m_basis = block.basis;
  m_last = block.states.col(block.states.cols() - 1);
}

RegressionSums TrajectorySums::inUnits() const {
  if (!m_basis) return m_sums;
  const Matrix& U = *m_basis;
  RegressionSums sums = m_sums;
  const Matrix half = U * m_sums.S;
  sums.S.noalias() = half * U.transpose();
  sums.S = (0.5 * (sums.S + sums.S.transpose())).eval();
  sums.R = (U * m_sums.R).eval() * U.transpose();
  sums.PU = (U * m_sums.PU).eval();
  sums.XU = (U * m_sums.XU).eval();
  sums.sum = (U * m_sums.sum).eval();
  sums.phiSum = (U * m_sums.phiSum).eval();
  // Σ (x⁺)² per unit with x⁺_t = x_t - (1-α) x_{t-1} expands into the diagonals of S and R and the outermost
  // states: Σ x_t² = S_ii + x_T² - x_0², Σ x_t x_{t-1} = R_ii + (1-α) S_ii.
  const double keep = 1.0 - m_alpha;
  const Vector last = U * m_last, first = U * m_first;
  sums.energy = (1.0 - keep * keep) * sums.S.diagonal() - 2.0 * keep * sums.R.diagonal() + last.cwiseAbs2() -
                first.cwiseAbs2();
  return sums;
}

}  // namespace keyhole
