#include "core/audit/reference/mechanisms.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace keyhole {
namespace {

double slowEigenvalue(double tau) {
  return 1 - 1 / tau;
}

// Slow modes with right vectors U (orthonormal, D x k) and left vectors V (VᵀU = I) put into the background
// by a correction of rank k: B U = U diag(λ) exactly. With V = U and a symmetric background B stays
// symmetric.
Matrix withModes(const Matrix& background, const Matrix& U, const Matrix& V, const Vector& values) {
  Matrix B = background;
  if (U.isApprox(V)) {
    const Matrix GU = background * U;
    const Matrix UG = U.transpose() * background;
    B += U * (UG * U + Matrix(values.asDiagonal())) * U.transpose() - GU * U.transpose() - U * UG;
    return B;
  }
  B += (U * values.asDiagonal() - background * U) * V.transpose();
  return B;
}

// A left vector at an angle to u whose tangent is drawn from the prior.
Vector obliqueTo(const Vector& u, double tangent, PriorDraws& draws) {
  Vector w = draws.unitVector(u.size());
  w -= u.dot(w) * u;
  return u + tangent * w.normalized();
}

ReferenceCircuit lineOf(PriorDraws& draws, const Matrix& background, double tangent) {
  ReferenceCircuit circuit;
  circuit.slowTau = draws.logUniform(priors::kSlow);
  circuit.slowDirection = draws.unitVector(background.rows());
  circuit.slowGain = std::sqrt(1 + tangent * tangent);
  const Vector left = tangent > 0 ? obliqueTo(circuit.slowDirection, tangent, draws) : circuit.slowDirection;
  circuit.B = withModes(background, circuit.slowDirection, left,
                        Vector::Constant(1, slowEigenvalue(circuit.slowTau)));
  return circuit;
}

ReferenceCircuit symmetricLine(PriorDraws& draws, const Matrix& background, bool) {
  return lineOf(draws, background, 0);
}

ReferenceCircuit obliqueLine(PriorDraws& draws, const Matrix& background, bool) {
  return lineOf(draws, background, draws.logUniform(priors::kObliqueness));
}

ReferenceCircuit twoModes(PriorDraws& draws, const Matrix& background, bool) {
  const Index D = background.rows();
  const Matrix U = draws.frame(D, 2);
  Matrix V = U;
  if (draws.chance(0.5)) {
    Matrix W = draws.normals(D, 2) / std::sqrt(static_cast<double>(D));
    W -= U * (U.transpose() * W);
    V += draws.logUniform(priors::kObliqueness) * W;
  }
  const Vector taus{{draws.logUniform(priors::kSlow), draws.logUniform(priors::kSlow)}};
  ReferenceCircuit circuit;
  circuit.B = withModes(background, U, V, taus.unaryExpr(&slowEigenvalue));
  circuit.slowTau = taus.maxCoeff();
  circuit.slowDirection = U.col(taus(0) >= taus(1) ? 0 : 1);
  circuit.slowGain = V.col(0).norm();
  return circuit;
}

// Preferred directions at random around a circle, cosine coupling: two equal slow modes. (With tanh units the
// plane bends, but the ring of its own that stronger coupling makes is not among these.)
ReferenceCircuit ring(PriorDraws& draws, const Matrix& background, bool) {
  const Index D = background.rows();
  Matrix U(D, 2);
  for (Index i = 0; i < D; ++i) {
    const double angle = draws.uniform({0, 2 * std::numbers::pi});
    U(i, 0) = std::cos(angle);
    U(i, 1) = std::sin(angle);
  }
  U.col(0).normalize();
  U.col(1) -= U.col(0).dot(U.col(1)) * U.col(0);
  U.col(1).normalize();
  ReferenceCircuit circuit;
  circuit.slowTau = draws.logUniform(priors::kSlow);
  circuit.slowDirection = U.col(0);
  circuit.B = withModes(background, U, U, Vector::Constant(2, slowEigenvalue(circuit.slowTau)));
  return circuit;
}

ReferenceCircuit chain(PriorDraws& draws, const Matrix& background, bool) {
  const Index D = background.rows();
  const double most = std::max(priors::kChainLength.low, priors::kChainLength.high * static_cast<double>(D));
  auto length = static_cast<Index>(draws.logUniform({priors::kChainLength.low, most}));
  length = std::min(length, D);
  const Index parallel = std::min(draws.count(priors::kMostParallelChains), D / length);
  const double link = draws.uniform(priors::kChainLink), broken = draws.uniform(priors::kChainBroken);
  const double shortcut = draws.chance(priors::kChainShortcut) ? draws.uniform(priors::kShortcut) : 0;
  const Matrix U = draws.frame(D, length * parallel);
  Matrix T = Matrix::Zero(length * parallel, length * parallel);
  for (Index c = 0; c < parallel; ++c)
    for (Index i = 0; i + 1 < length; ++i) {
      const Index at = c * length + i;
      if (!draws.chance(broken)) T(at, at + 1) = link;
      T(c * length, at + 1) += shortcut;
    }
  ReferenceCircuit circuit;
  circuit.B = background + U * T * U.transpose();
  return circuit;
}

ReferenceCircuit lowRank(PriorDraws& draws, const Matrix& background, bool) {
  const Index r = draws.count(priors::kMostRank);
  const Matrix U = draws.frame(background.rows(), 2 * r);
  ReferenceCircuit circuit;
  circuit.B =
      background + draws.logUniform(priors::kLowRankGain) * U.leftCols(r) * U.rightCols(r).transpose();
  return circuit;
}

ReferenceCircuit oscillator(PriorDraws& draws, const Matrix& background, bool) {
  const Index D = background.rows();
  const Matrix U = draws.frame(D, 4);
  const double a = draws.uniform(priors::kOscillatorReal), b = draws.uniform(priors::kOscillatorImaginary);
  Matrix S(2, 2);
  S << a, -b, b, a;
  ReferenceCircuit circuit;
  circuit.B = background + U.leftCols(2) * S * U.leftCols(2).transpose() +
              draws.logUniform(priors::kOscillatorGain) * U.leftCols(2) * U.rightCols(2).transpose();
  return circuit;
}

ReferenceCircuit triangular(PriorDraws& draws, const Matrix& background, bool) {
  const Index D = background.rows();
  const Matrix U = draws.frame(D, D);
  const double gain = draws.uniform(priors::kTriangularGain) / std::sqrt(static_cast<double>(D));
  const Matrix T = (gain * draws.normals(D, D)).triangularView<Eigen::StrictlyUpper>();
  ReferenceCircuit circuit;
  circuit.B = background + U * T * U.transpose();
  return circuit;
}

// A background alone, of the larger radius of these circuits.
ReferenceCircuit bulkOf(PriorDraws& draws, Index D, bool symmetric) {
  const double radius = draws.uniform(priors::kBulk);
  const Matrix G = draws.normals(D, D) / std::sqrt(static_cast<double>(D));
  ReferenceCircuit circuit;
  circuit.B = symmetric ? Matrix(radius / std::sqrt(8.0) * (G + G.transpose())) : Matrix(radius * G);
  return circuit;
}

ReferenceCircuit gaussian(PriorDraws& draws, const Matrix& background, bool) {
  return bulkOf(draws, background.rows(), false);
}

ReferenceCircuit symmetricBulk(PriorDraws& draws, const Matrix& background, bool) {
  return bulkOf(draws, background.rows(), true);
}

ReferenceCircuit excitatoryInhibitory(PriorDraws& draws, const Matrix& background, bool) {
  const Index D = background.rows();
  const auto excitatory = static_cast<Index>(std::lround(priors::kExcitatory * static_cast<double>(D)));
  const double weight = draws.logUniform(priors::kEiWeight), k = draws.uniform(priors::kEiInhibition);
  const double halfNormalMean = std::sqrt(2 / std::numbers::pi);
  Matrix M = draws.normals(D, D).cwiseAbs() / halfNormalMean;
  M.leftCols(excitatory) *= weight / static_cast<double>(excitatory);
  M.rightCols(D - excitatory) *= -k * weight / static_cast<double>(D - excitatory);
  // Which units are seen is the first of them: they are shuffled.
  Eigen::VectorXi order = Eigen::VectorXi::LinSpaced(static_cast<int>(D), 0, static_cast<int>(D) - 1);
  for (Index i = D - 1; i > 0; --i) std::swap(order(i), order(draws.count(i + 1) - 1));
  ReferenceCircuit circuit;
  circuit.B = background + M(order, order);
  return circuit;
}

ReferenceCircuit slowInput(PriorDraws& draws, const Matrix& background, bool) {
  ReferenceCircuit circuit;
  circuit.B = background;
  circuit.inputTau = draws.logUniform(priors::kSlow);
  circuit.inputWeight =
      draws.logUniform(priors::kInputStrength) * Vector(draws.normals(background.rows(), 1));
  return circuit;
}

}  // namespace

const std::vector<Mechanism>& mechanisms() {
  static const std::vector<Mechanism> all = {
      {"symmetric-line", "symmetric line attractor", symmetricLine},
      {"oblique-line", "oblique line attractor", obliqueLine},
      {"two-modes", "two slow modes", twoModes},
      {"ring", "two equal slow modes of a ring", ring},
      {"slow-input", "common slow input", slowInput},
      {"chain", "feedforward chain", chain},
      {"low-rank", "low rank, orthogonal", lowRank},
      {"oscillator", "low rank, oscillator", oscillator},
      {"triangular", "triangular", triangular},
      {"gaussian", "Gaussian", gaussian},
      {"symmetric", "symmetric without slow mode", symmetricBulk},
      {"excitatory-inhibitory", "excitatory and inhibitory", excitatoryInhibitory},
  };
  return all;
}

}  // namespace keyhole
