// Following a curve of slow points of f(y): internals of slow_manifold.h.
#pragma once

#include "core/analysis/flow/flow_equation.h"

#include <functional>
#include <vector>

namespace keyhole {

struct SlowCurveLimits {
  double step = 0;  // length of a regular step in y
  double rate = 0;  // |λ - 1| of the slow mode
  Index maxSteps = 0;
  std::function<bool(ConstVectorRef y)> isWithin;  // reach and speed
  std::function<bool()> stop;                      // polled at every step
};

struct SlowCurve {
  std::vector<Vector> points;  // y, in order along the curve
  bool isClosed = false;
  bool wasStopped = false;
};

// From y with the unit slow direction there, forwards and, unless it closed, backwards.
SlowCurve followSlowCurve(const FlowEquation& equation, const Vector& y, const Vector& direction,
                          const SlowCurveLimits& limits);

}  // namespace keyhole
