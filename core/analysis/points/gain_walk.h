// Continuation from one root to the next: the curve of roots of f_s(y) = -y + s L φ(R y + a) + c in (y, s),
// the gain s being varied, from one root at s = 1 to where it comes back to s = 1. Roots are born in pairs as
// the gain rises, and such a curve leads from each of a pair to the other. Internals of neighbour_search.h.
#pragma once

#include "core/analysis/flow/flow_equation.h"

#include <functional>

namespace keyhole {

struct GainWalkOptions {
  double size = 1;       // of y: steps are at most a fifth of it, and s counts as s · size
  double lowest = 0.02;  // of s, where the walk is given up …
  double highest = 3;
  int steps = 300;
};

struct GainWalk {
  Vector end;         // y near s = 1; empty: it did not come back
  int direction = 0;  // of s where it arrived: +1 or -1
  int factorisations = 0;
};

// From a root (f(y) = 0 at s = 1), setting out towards larger (direction +1) or smaller s, by steps along the
// tangent and Newton's method across it (pseudo-arclength: it goes round folds). Cost: one to three LU
// factorisations of n + 1 per step.
GainWalk walkInGain(const FlowEquation& equation, const Vector& root, int direction,
                    const GainWalkOptions& options, const std::function<bool()>& stop);

}  // namespace keyhole
