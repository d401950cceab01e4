// Systems with slow places, for the tests of slow manifolds.
#pragma once

#include "core/analysis/points/slow_manifold.h"
#include "core/common/random.h"
#include "core/linalg/orthogonal.h"

namespace keyhole::test {

inline FlowSystem linearSystem(const Matrix& B) {
  return {Network(DenseForm{B}), Nonlinearity::linear, Convention::standard, {}, {}};
}

inline FlowSystem tanhSystem(const Network& network) {
  return {network, Nonlinearity::tanh, Convention::standard, {}, {}};
}

inline SlowManifold manifoldOf(const FlowSystem& system, const Matrix& activity,
                               const SlowManifoldOptions& options = {}) {
  const FixedPoints found = findFixedPoints(system, fixedPointStarts(activity, 40, 0.1, 1));
  return findSlowManifold(system, found.points, activity, options);
}

inline Matrix orthogonal(Index n, std::uint64_t row) {
  return haarColumns(RandomStream(1, Stream::test), n, n, row);
}

}  // namespace keyhole::test
