// Smooth flows with known answers, for tests.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/analysis/flow/smooth_flow.h"
#include "core/common/random.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/LU>

#include <cmath>

namespace keyhole::test {

// The normal form of a Hopf bifurcation, r' = μ r + s r³, θ' = ω; s = -1 (stable cycle at μ > 0) or 1
// (unstable cycle at μ < 0): radius √|μ|, period 2π/ω, non-trivial multiplier e^{-2μT}. With n - 2 more
// coordinates that decay at the rates 1, 2, …; all of it rotated by an orthogonal matrix.
inline SmoothFlow hopf(double mu, double omega, double s = -1, Index n = 2) {
  const Matrix Q = n == 2 ? Matrix(Matrix::Identity(2, 2)) : haarColumns(RandomStream(3, Stream::test), n, n);
  const Vector rates = Vector::LinSpaced(n - 2, 1, static_cast<double>(n - 2));
  SmoothFlow flow;
  flow.size = n;
  flow.field = [=](ConstMatrixRef z, MatrixRef velocities) {
    const Matrix x = Q.transpose() * z;
    Matrix v(x.rows(), x.cols());
    for (Index j = 0; j < x.cols(); ++j) {
      const double radial = mu + s * x.col(j).head(2).squaredNorm();
      v(0, j) = radial * x(0, j) - omega * x(1, j);
      v(1, j) = radial * x(1, j) + omega * x(0, j);
      v.col(j).tail(n - 2) = -rates.cwiseProduct(x.col(j).tail(n - 2));
    }
    velocities = Q * v;
  };
  const auto jacobian = [=](ConstVectorRef z) {
    const Vector x = Q.transpose() * z;
    Matrix J = Matrix::Zero(n, n);
    J.topLeftCorner(2, 2) = 2 * s * x.head(2) * x.head(2).transpose();
    J.topLeftCorner(2, 2).diagonal().array() += mu + s * x.head(2).squaredNorm();
    J(0, 1) -= omega;
    J(1, 0) += omega;
    J.diagonal().tail(n - 2) = -rates;
    return J;
  };
  flow.tangent = [=](ConstVectorRef z, ConstMatrixRef V, MatrixRef JV) {
    JV = Q * (jacobian(z) * (Q.transpose() * V));
  };
  flow.divergence = [=](ConstVectorRef z) { return jacobian(z).trace(); };
  return flow;
}

// Lorenz (1963) with σ = 10, ρ = 28, β = 8/3.
inline SmoothFlow lorenz() {
  const double kSigma = 10, kRho = 28, kBeta = 8.0 / 3;
  SmoothFlow flow;
  flow.size = 3;
  flow.field = [=](ConstMatrixRef z, MatrixRef v) {
    for (Index j = 0; j < z.cols(); ++j) {
      v(0, j) = kSigma * (z(1, j) - z(0, j));
      v(1, j) = z(0, j) * (kRho - z(2, j)) - z(1, j);
      v(2, j) = z(0, j) * z(1, j) - kBeta * z(2, j);
    }
  };
  flow.tangent = [=](ConstVectorRef z, ConstMatrixRef V, MatrixRef JV) {
    Matrix J(3, 3);
    J << -kSigma, kSigma, 0, kRho - z(2), -1, -z(0), z(1), z(0), -kBeta;
    JV = J * V;
  };
  flow.divergence = [=](ConstVectorRef) { return -kSigma - 1 - kBeta; };
  return flow;
}

// M, N (D x 2) with Nᵀ M = g R(θ) and no other symmetry: a rotation with gain, seen by D units.
inline LowRankForm rotatingForm(Index D, double g, double theta, std::uint64_t seed = 5) {
  const Matrix M = RandomStream(seed, Stream::test).normalMatrix(D, 2);
  Matrix R(2, 2);
  R << std::cos(theta), -std::sin(theta), std::sin(theta), std::cos(theta);
  // N = M (MᵀM)⁻¹ (gR)ᵀ + a part across M, so that B is not normal.
  Matrix N = M * (M.transpose() * M).inverse() * (g * R).transpose();
  const Matrix other = RandomStream(seed + 1, Stream::test).normalMatrix(D, 2);
  const Matrix Q = orthonormalBasis(M);
  N += 0.5 / static_cast<double>(D) * (other - Q * (Q.transpose() * other));
  return {M, N};
}

}  // namespace keyhole::test
