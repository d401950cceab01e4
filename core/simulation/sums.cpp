#include "core/simulation/sums.h"

#include "core/common/parallel.h"

#include <cassert>
#include <future>

namespace keyhole {

RegressionSums emptySums(Index units, Index inputs) {
  RegressionSums sums;
  sums.S = Matrix::Zero(units, units);
  sums.R = Matrix::Zero(units, units);
  sums.PU = Matrix::Zero(units, inputs);
  sums.XU = Matrix::Zero(units, inputs);
  sums.UU = Matrix::Zero(inputs, inputs);
  sums.energy = Vector::Zero(units);
  sums.sum = Vector::Zero(units);
  return sums;
}

void accumulate(RegressionSums& sums, ConstMatrixRef states, ConstMatrixRef inputs, double alpha,
                Nonlinearity phi) {
  const Index n = states.cols() - 1;
  assert(states.rows() == sums.S.rows() && (sums.UU.rows() == 0 || inputs.cols() == n));
  const Matrix phis = applied(phi, states.leftCols(n));
  const Matrix steps = states.rightCols(n) - (1.0 - alpha) * states.leftCols(n);
  const auto addSquares = [&] {
    sums.S.selfadjointView<Eigen::Lower>().rankUpdate(phis);
    sums.S.triangularView<Eigen::StrictlyUpper>() = sums.S.transpose();
  };
  // The two products side by side, where they are worth a thread.
  const bool large = states.rows() * states.rows() * n > 10'000'000 && !inParallelPiece();
  auto squares = std::async(large ? std::launch::async : std::launch::deferred, addSquares);
  sums.R.noalias() += steps * phis.transpose();
  squares.get();
  sums.energy += steps.rowwise().squaredNorm();
  sums.sum += steps.rowwise().sum();
  sums.count += n;
  if (sums.UU.rows() == 0) return;
  sums.PU.noalias() += phis * inputs.transpose();
  sums.XU.noalias() += steps * inputs.transpose();
  sums.UU.noalias() += inputs * inputs.transpose();
}

RegressionSums selectUnits(const RegressionSums& sums, const std::vector<Index>& units) {
  RegressionSums chosen;
  chosen.S = sums.S(units, units);
  chosen.R = sums.R(units, units);
  chosen.PU = sums.PU(units, Eigen::all);
  chosen.XU = sums.XU(units, Eigen::all);
  chosen.UU = sums.UU;
  chosen.energy = sums.energy(units);
  chosen.sum = sums.sum(units);
  chosen.count = sums.count;
  return chosen;
}

}  // namespace keyhole
