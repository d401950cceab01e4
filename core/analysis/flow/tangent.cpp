#include "core/analysis/flow/tangent.h"

#include "core/common/random.h"
#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace keyhole {
namespace {

// φ' from the same φ as the field's.
Vector slope(Nonlinearity phi, ConstMatrixRef x) {
  if (phi == Nonlinearity::linear) return Vector::Ones(x.rows());
  const Matrix y = applied(phi, x);
  return 1.0 - y.col(0).array().square();
}

Vector diagonalOf(const Network& network) {
  if (const auto* dense = std::get_if<DenseForm>(&network.form())) return dense->B.diagonal();
  if (const auto* lowRank = std::get_if<LowRankForm>(&network.form()))
    return lowRank->M.cwiseProduct(lowRank->N).rowwise().sum();
  return network.dense().diagonal();
}

double divergenceWith(const FlowSystem& system, const Vector& diagonal, ConstVectorRef z) {
  const Vector slopes = slope(system.phi, argumentOfPhi(system, z));
  return diagonal.dot(slopes) - static_cast<double>(z.size());
}

// What the callbacks of a latent flow share.
struct Latent {
  Matrix M, N;
  Nonlinearity phi;
  bool leaky;
  Vector drive;        // v, N; zeros without one
  Vector latentDrive;  // leaky: Nᵀ v

  Matrix inside(ConstMatrixRef kappa) const {  // the argument of φ
    Matrix z = M * kappa;
    if (!leaky) z.colwise() += drive;
    return z;
  }
};

SmoothFlow latentField(const std::shared_ptr<const Latent>& latent) {
  SmoothFlow flow;
  flow.size = latent->M.cols();
  flow.field = [latent](ConstMatrixRef kappa, MatrixRef velocities) {
    velocities.noalias() = latent->N.transpose() * applied(latent->phi, latent->inside(kappa));
    velocities -= kappa;
    if (latent->leaky) velocities.colwise() += latent->latentDrive;
  };
  flow.tangent = [latent](ConstVectorRef kappa, ConstMatrixRef V, MatrixRef JV) {
    const Vector slopes = slope(latent->phi, latent->inside(kappa));
    JV.noalias() = latent->N.transpose() * (slopes.asDiagonal() * (latent->M * V));
    JV -= V;
  };
  const Vector diagonal = latent->M.cwiseProduct(latent->N).rowwise().sum();
  flow.divergence = [latent, diagonal](ConstVectorRef kappa) {
    return diagonal.dot(slope(latent->phi, latent->inside(kappa))) - static_cast<double>(kappa.size());
  };
  return flow;
}

// κ and the z that it drives, stacked.
SmoothFlow drivenField(const std::shared_ptr<const Latent>& latent, const SmoothFlow& kappaFlow) {
  SmoothFlow flow;
  const Index r = latent->M.cols(), N = latent->M.rows();
  flow.size = r + N;
  flow.field = [latent, kappaFlow, r, N](ConstMatrixRef x, MatrixRef velocities) {
    kappaFlow.field(x.topRows(r), velocities.topRows(r));
    velocities.bottomRows(N) = applied(latent->phi, latent->inside(x.topRows(r))) - x.bottomRows(N);
    velocities.bottomRows(N).colwise() += latent->drive;
  };
  return flow;
}

// z' = -z + g(t) with g of period T: from 0 it comes to z(T), and the periodic solution starts at z(T) / (1 -
// e^{-T}).
Vector periodicStart(const std::shared_ptr<const Latent>& latent, const SmoothFlow& kappaFlow,
                     ConstVectorRef kappa, double period, Index steps) {
  const SmoothFlow driven = drivenField(latent, kappaFlow);
  Matrix x = Matrix::Zero(driven.size, 1);
  x.topRows(kappa.size()) = kappa;
  SmoothStepper stepper(driven);
  for (Index i = 0; i < steps; ++i) stepper.step(period / static_cast<double>(steps), x);
  return x.bottomRows(latent->M.rows()) / -std::expm1(-period);
}

}  // namespace

Matrix tangentFlow(const FlowSystem& system, ConstVectorRef z, ConstMatrixRef V) {
  if (system.switching) {
    const auto region = static_cast<std::size_t>(regionsOf(system, z).front());
    return system.switching->A[region] * V - V;
  }
  if (system.phi == Nonlinearity::linear) return system.network.applied(V) - V;
  if (system.convention == Convention::standard)
    return system.network.applied(slope(system.phi, z).asDiagonal() * V) - V;
  const Vector slopes = slope(system.phi, argumentOfPhi(system, z));
  return slopes.asDiagonal() * system.network.applied(V) - V;
}

Matrix tangentFlows(const FlowSystem& system, ConstMatrixRef states, ConstMatrixRef V) {
  if (system.phi == Nonlinearity::linear) return system.network.applied(V) - V;
  const Matrix slopes = 1.0 - applied(system.phi, argumentOfPhi(system, states)).array().square();
  const bool standard = system.convention == Convention::standard;
  const Index each = V.cols() / states.cols();
  Matrix scaled = standard ? Matrix(V) : system.network.applied(V);
  for (Index c = 0; c < V.cols(); ++c) scaled.col(c).array() *= slopes.col(c / each).array();
  return (standard ? system.network.applied(scaled) : scaled) - V;
}

double fastestRate(const FlowSystem& system, ConstMatrixRef states) {
  constexpr int kPowers = 12;
  const Matrix first = RandomStream(1, Stream::probe, 23).normalMatrix(states.rows(), states.cols());
  double fastest = 1;
  for (const Matrix& at : {Matrix(states), Matrix(Matrix::Zero(states.rows(), states.cols()))}) {
    Matrix W = first.colwise().normalized();
    for (int i = 0; i < kPowers; ++i) {
      const Matrix next = tangentFlows(system, at, W);
      if (i >= kPowers / 2) fastest = std::max(fastest, next.colwise().norm().maxCoeff());
      for (Index c = 0; c < W.cols(); ++c)
        if (const double size = next.col(c).norm(); size > 0) W.col(c) = next.col(c) / size;
    }
  }
  return fastest;
}

double divergence(const FlowSystem& system, ConstVectorRef z) {
  if (system.switching) {
    const auto region = static_cast<std::size_t>(regionsOf(system, z).front());
    return system.switching->A[region].trace() - static_cast<double>(z.size());
  }
  return divergenceWith(system, diagonalOf(system.network), z);
}

SmoothFlow smoothFlow(const FlowSystem& system) {
  SmoothFlow result;
  result.size = system.network.size();
  result.field = [&system](ConstMatrixRef states, MatrixRef velocities) {
    velocities = flow(system, states);
  };
  result.tangent = [&system](ConstVectorRef z, ConstMatrixRef V, MatrixRef JV) {
    JV = tangentFlow(system, z, V);
  };
  result.tangents = [&system](ConstMatrixRef states, ConstMatrixRef V, MatrixRef JV) {
    JV = tangentFlows(system, states, V);
  };
  result.divergence = [&system, diagonal = diagonalOf(system.network)](ConstVectorRef z) {
    return divergenceWith(system, diagonal, z);
  };
  return result;
}

std::optional<LatentFlow> latentFlow(const FlowSystem& system) {
  const auto* form = std::get_if<LowRankForm>(&system.network.form());
  if (!form || system.switching || system.inner.size() > 0 || 2 * form->M.cols() >= form->M.rows()) return {};
  Vector drive = system.drive.size() > 0 ? system.drive : Vector::Zero(form->M.rows());
  Vector latentDrive = form->N.transpose() * drive;
  const auto latent = std::make_shared<const Latent>(Latent{form->M, form->N, system.phi,
                                                            system.convention == Convention::leakyRate,
                                                            std::move(drive), std::move(latentDrive)});
  LatentFlow result;
  result.flow = latentField(latent);
  if (latent->leaky) {
    result.reduced = [latent](ConstMatrixRef states) -> Matrix { return latent->N.transpose() * states; };
    result.lifted = [latent, kappaFlow = result.flow](ConstVectorRef kappa, double period, Index steps) {
      return periodicStart(latent, kappaFlow, kappa, period, steps);
    };
  } else {
    const Matrix inverse = pseudoInverse(latent->M);
    result.reduced = [latent, inverse](ConstMatrixRef states) -> Matrix {
      return inverse * (states.colwise() - latent->drive);
    };
    result.lifted = [latent](ConstVectorRef kappa, double, Index) -> Vector {
      return latent->inside(kappa).col(0);
    };
  }
  return result;
}

}  // namespace keyhole
