#include "core/linalg/lyapunov.h"

#include "core/linalg/lapack_size.h"

#include <lapacke.h>

#include <stdexcept>

namespace keyhole {
namespace {

double continuousResidual(ConstMatrixRef J, ConstMatrixRef X, ConstMatrixRef Q) {
  const Matrix JX = J * X;
  return (JX + JX.transpose() + Q).norm() / std::max(Q.norm(), 1e-300);
}

// Solves T Y + Y Tᵀ = -Q for (quasi-)triangular T.
Matrix solveSchurForm(const Matrix& T, const Matrix& Q) {
  const Index n = T.rows();
  Matrix Y = -Q;
  double scale = 1;
  const auto info = LAPACKE_dtrsyl(LAPACK_COL_MAJOR, 'N', 'T', 1, toLapack(n), toLapack(n), T.data(),
                                   toLapack(n), T.data(), toLapack(n), Y.data(), toLapack(n), &scale);
  if (info < 0) throw std::runtime_error("the Sylvester solver was given a bad argument");
  return Y / scale;
}

void symmetrise(Matrix& X) {
  X = (0.5 * (X + X.transpose())).eval();
}

}  // namespace

LyapunovSolution solveContinuousLyapunov(ConstMatrixRef J, ConstMatrixRef Q) {
  const Index n = J.rows();
  LyapunovSolution solution;
  Matrix T = J, Z(n, n);
  Vector re(n), im(n);
  lapack_int sdim = 0;
  const auto info = LAPACKE_dgees(LAPACK_COL_MAJOR, 'V', 'N', nullptr, toLapack(n), T.data(), toLapack(n),
                                  &sdim, re.data(), im.data(), Z.data(), toLapack(n));
  if (info != 0) throw std::runtime_error("the Schur factorisation did not converge");
  if ((re.array() >= 0).any()) return solution;
  const Matrix QZ = Z.transpose() * Q * Z;
  solution.X = Z * solveSchurForm(T, QZ) * Z.transpose();
  symmetrise(solution.X);
  solution.stable = true;
  solution.residual = continuousResidual(J, solution.X, Q);
  return solution;
}

LyapunovSolution solveDiscreteLyapunov(ConstMatrixRef W, ConstMatrixRef Q) {
  constexpr int kMaxDoublings = 60;
  constexpr double kGrown = 1e100;
  LyapunovSolution solution;
  Matrix X = Q, power = W, next(W.rows(), W.cols());
  for (int k = 0; k < kMaxDoublings; ++k) {
    next.noalias() = power * X;
    const Matrix increment = next * power.transpose();
    X += increment;
    const double size = X.cwiseAbs().maxCoeff();  // not a norm, whose squares would overflow first
    if (!(size < kGrown)) return solution;
    if (increment.cwiseAbs().maxCoeff() <= 1e-17 * size) {
      symmetrise(X);
      solution.residual = (W * X * W.transpose() + Q - X).norm() / std::max(Q.norm(), 1e-300);
      solution.X = X;
      solution.stable = true;
      return solution;
    }
    next.noalias() = power * power;
    power.swap(next);
  }
  return solution;
}

}  // namespace keyhole
