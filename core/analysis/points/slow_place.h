// A place on a slow manifold of f(y) and its slow directions there: internals of slow_manifold.h.
#pragma once

#include "core/analysis/flow/flow_equation.h"

namespace keyhole {

struct SlowPlace {
  Vector y;      // n
  Matrix basis;  // n x k, orthonormal: the slow invariant subspace of J
  Matrix rates;  // k x k: J basis = basis · rates, so that its eigenvalues are the λ - 1
  Vector drift;  // k: f = basis · drift
};

// The eigenvalues of `rates` all slow: |Re| and |Im| <= rate.
bool isSlow(const SlowPlace& place, double rate);

// Newton's method from place.y on f(y) = U s, Uᵀ(y - predicted) = 0, U the basis, predicted where it began:
// the manifold of points at which all of f is along the slow directions. The bordered matrix [J, -U; Uᵀ, 0]
// is regular where J is singular along U. With it J X = U M, UᵀX = 1 is a step of inverse iteration, from
// which basis and rates at the end follow. The basis is turned to be as near as it can be to the one before.
// False if it does not settle, or goes farther than `scale`. Cost: one to four LU factorisations of n + k.
bool correctPlace(const FlowEquation& equation, double scale, SlowPlace& place);

}  // namespace keyhole
