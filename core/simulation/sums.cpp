#include "core/simulation/sums.h"

#include "core/common/parallel.h"

#include <algorithm>
#include <cassert>
#include <future>

namespace keyhole {
namespace {

// Σ (a + δ)(b + ε)ᵀ from Σ a bᵀ, Σ a and Σ b of n terms.
void moveProduct(Matrix& product, const Vector& sumA, const Vector& delta, const Vector& sumB,
                 const Vector& epsilon, double n) {
  product.noalias() += delta * sumB.transpose();
  product.noalias() += (sumA + n * delta) * epsilon.transpose();
}

// The sums of φ + δ, x⁺ + ε and u + η.
void moveBy(RegressionSums& sums, const Vector& delta, const Vector& epsilon, const Vector& eta) {
  const auto n = static_cast<double>(sums.count);
  moveProduct(sums.S, sums.phiSum, delta, sums.phiSum, delta, n);
  moveProduct(sums.R, sums.sum, epsilon, sums.phiSum, delta, n);
  sums.energy += 2.0 * epsilon.cwiseProduct(sums.sum) + n * epsilon.cwiseAbs2();
  if (eta.size() > 0) {
    moveProduct(sums.PU, sums.phiSum, delta, sums.inputSum, eta, n);
    moveProduct(sums.XU, sums.sum, epsilon, sums.inputSum, eta, n);
    moveProduct(sums.UU, sums.inputSum, eta, sums.inputSum, eta, n);
  }
  sums.phiSum += n * delta;
  sums.sum += n * epsilon;
  sums.inputSum += n * eta;
}

}  // namespace

RegressionSums emptySums(Index units, Index inputs) {
  RegressionSums sums;
  sums.S = Matrix::Zero(units, units);
  sums.R = Matrix::Zero(units, units);
  sums.PU = Matrix::Zero(units, inputs);
  sums.XU = Matrix::Zero(units, inputs);
  sums.UU = Matrix::Zero(inputs, inputs);
  sums.energy = Vector::Zero(units);
  sums.sum = Vector::Zero(units);
  sums.phiSum = Vector::Zero(units);
  sums.inputSum = Vector::Zero(inputs);
  return sums;
}

RegressionSums shiftedSums(const Vector& mean, const Vector& inputMean, double alpha, Nonlinearity phi) {
  RegressionSums sums = emptySums(mean.size(), inputMean.size());
  sums.phiShift = applied(phi, mean);
  sums.stepShift = alpha * mean;
  sums.inputShift = inputMean;
  return sums;
}

RegressionSums unshifted(RegressionSums sums) {
  if (sums.phiShift.size() == 0) return sums;
  moveBy(sums, sums.phiShift, sums.stepShift, sums.inputShift);
  sums.phiShift = sums.stepShift = sums.inputShift = Vector();
  return sums;
}

RegressionSums centred(RegressionSums sums) {
  const auto n = static_cast<double>(std::max<Index>(sums.count, 1));
  const Vector phi = sums.phiSum / n, step = sums.sum / n, input = sums.inputSum / n;
  if (sums.phiShift.size() == 0) {
    sums.phiShift = sums.stepShift = Vector::Zero(phi.size());
    sums.inputShift = Vector::Zero(input.size());
  }
  moveBy(sums, -phi, -step, -input);
  sums.phiShift += phi;
  sums.stepShift += step;
  sums.inputShift += input;
  return sums;
}

void accumulate(RegressionSums& sums, ConstMatrixRef states, ConstMatrixRef inputs, double alpha,
                Nonlinearity phi) {
  const Index n = states.cols() - 1;
  assert(states.rows() == sums.S.rows() && (sums.UU.rows() == 0 || inputs.cols() == n));
  Matrix phis = applied(phi, states.leftCols(n));
  Matrix steps = states.rightCols(n) - (1.0 - alpha) * states.leftCols(n);
  const bool shifted = sums.phiShift.size() > 0;
  if (shifted) {
    phis.colwise() -= sums.phiShift;
    steps.colwise() -= sums.stepShift;
  }
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
  sums.phiSum += phis.rowwise().sum();
  sums.count += n;
  if (sums.UU.rows() == 0) return;
  Matrix given = inputs;
  if (shifted) given.colwise() -= sums.inputShift;
  sums.PU.noalias() += phis * given.transpose();
  sums.XU.noalias() += steps * given.transpose();
  sums.UU.noalias() += given * given.transpose();
  sums.inputSum += given.rowwise().sum();
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
  chosen.phiSum = sums.phiSum(units);
  chosen.inputSum = sums.inputSum;
  if (sums.phiShift.size() > 0) {
    chosen.phiShift = sums.phiShift(units);
    chosen.stepShift = sums.stepShift(units);
    chosen.inputShift = sums.inputShift;
  }
  chosen.count = sums.count;
  return chosen;
}

}  // namespace keyhole
