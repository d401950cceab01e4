#include "core/analysis/flow/jacobian.h"

#include <cassert>

namespace keyhole {

Vector slopes(const FlowSystem& system, ConstVectorRef z) {
  if (system.phi == Nonlinearity::linear || system.switching) return Vector::Ones(z.size());
  const Matrix rates = applied(system.phi, argumentOfPhi(system, z));
  return 1 - rates.col(0).array().square();
}

Matrix effectiveConnectivity(const FlowSystem& system, ConstVectorRef z) {
  if (system.switching) return system.switching->A[static_cast<std::size_t>(regionsOf(system, z).front())];
  assert(z.size() == system.network.size());
  Matrix A = system.network.dense();
  if (system.phi == Nonlinearity::linear) return A;
  const Vector gains = slopes(system, z);
  if (system.convention == Convention::standard)
    A.array().rowwise() *= gains.transpose().array();
  else
    A.array().colwise() *= gains.array();
  return A;
}

Matrix jacobian(const FlowSystem& system, ConstVectorRef z) {
  Matrix J = effectiveConnectivity(system, z);
  J.diagonal().array() -= 1;
  return J;
}

}  // namespace keyhole
