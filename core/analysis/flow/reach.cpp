#include "core/analysis/flow/reach.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

// |B| 1; of low rank an upper bound, of chains as if B were orthogonal.
Vector absoluteSums(const Network& network) {
  const Index D = network.size();
  if (const auto* dense = std::get_if<DenseForm>(&network.form())) return dense->B.cwiseAbs().rowwise().sum();
  if (const auto* factors = std::get_if<LowRankForm>(&network.form()))
    return factors->M.cwiseAbs() * Vector(factors->N.cwiseAbs().colwise().sum().transpose());
  return Vector::Constant(D, std::sqrt(static_cast<double>(D)));
}

bool isTanh(const FlowSystem& system) {
  return system.phi == Nonlinearity::tanh && !system.switching;
}

}  // namespace

double reachOf(const FlowSystem& system) {
  if (!isTanh(system)) return std::numeric_limits<double>::infinity();
  const Index D = system.network.size();
  Vector reach = system.convention == Convention::standard ? absoluteSums(system.network) : Vector::Ones(D);
  if (system.drive.size() > 0) reach += system.drive.cwiseAbs();
  return reach.norm();
}

double roundingOfFlow(const FlowSystem& system) {
  if (!isTanh(system)) return 0;
  Vector size = absoluteSums(system.network);
  if (system.drive.size() > 0) {
    const bool standard = system.convention == Convention::standard;
    if (!standard) size *= 1 + system.drive.cwiseAbs().maxCoeff();
    size += system.drive.cwiseAbs();
  }
  if (system.inner.size() > 0) size += system.inner.cwiseAbs();
  size.array() += 1;
  return 16 * std::numeric_limits<double>::epsilon() * size.norm();
}

double curvedSize(double size, Index n) {
  constexpr double kCurved = 100;
  return std::min(size, kCurved * std::sqrt(static_cast<double>(n)));
}

}  // namespace keyhole
