// Which directions at a point of rest are slow: internals of slow_manifold.h.
#pragma once

#include "core/analysis/flow/linearisation.h"

namespace keyhole {

enum class SlowModes {
  none,
  some,      // `count` of them, none of which turns fast, and the others decay faster
  turning,   // a pair that is slow to decay turns by more than 1/persistentTau per τ
  unstable,  // another direction grows fast
};

struct SlowRanking {
  SlowModes kind = SlowModes::none;
  Index count = 0;
  double slow = 0;  // λ - 1 of the slow mode farthest from 0, real part
  double fast = 0;  // largest real part of λ - 1 among the others
};

// A mode is slow if |Re λ - 1| <= 1/persistentTau.
SlowRanking rankedModes(const Linearisation& local, double persistentTau);

// The same with the slow mode that is farthest from 0 among the others. ranking: of rankedModes() for the
// same point, count from 2.
SlowRanking withoutFarthest(const Linearisation& local, const SlowRanking& ranking);

// An orthonormal basis (n x count) of the invariant subspace of J that belongs to its `count` eigenvalues
// with real parts nearest to 0 (J = A - 1).
Matrix slowBasis(const Matrix& J, Index count);

// Of places z* + U c in that subspace, U from slowBasis(), the flow is U R c with R = UᵀJU: those directions
// in which it is slow. Fewer than U has where a mode is slow to decay and drives another one fast (singular
// values of R above `limit`), or for ever: a Jordan block of λ = 1 has a line of fixed points, and what lies
// beside it drifts along it. At least one. n x k', orthonormal.
struct SlowDirections {
  Matrix basis;
  double slow = 0;  // of the modes of R that are left, λ - 1 of the one farthest from 0, real part
};
SlowDirections slowDirections(const Matrix& J, const Matrix& U, double limit);

}  // namespace keyhole
