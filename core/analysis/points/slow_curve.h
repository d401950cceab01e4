// Following a curve of slow points of f(y): internals of slow_manifold.h.
#pragma once

#include "core/analysis/points/slow_place.h"

#include <functional>
#include <vector>

namespace keyhole {

struct SlowCurveLimits {
  double step = 0;  // of a regular step in y at first; later a twentieth of the radius of what was walked, if
                    // that is longer
  double rate = 0;  // |λ - 1| of the slow modes
  Index maxSteps = 0;
  std::function<bool(ConstVectorRef y)> isWithin;  // reach and speed
  std::function<bool()> stop;                      // polled at every step
};

// A step of length `step` along `direction` (unit, in the span of the basis), corrected. False if that fails,
// moves back or aside, or turns by more than 20 degrees. direction: carried along. scale: of correctPlace().
bool advancePlace(const FlowEquation& equation, double step, double scale, SlowPlace& place,
                  Vector& direction);

// Walks from a corrected place along `direction`, which is carried along, until the rates are not slow, the
// place is not within the limits, no step of 1/1000 of the regular one can be corrected, or the walk is back
// where it began.
struct SlowWalk {
  std::vector<Vector> points;  // after the start
  bool isClosed = false;
  bool wasStopped = false;
  bool reachedLimit = false;  // maxSteps
};
SlowWalk walkSlowly(const FlowEquation& equation, const SlowPlace& start, const Vector& direction,
                    const SlowCurveLimits& limits);

struct SlowCurve {
  std::vector<Vector> points;  // y, in order along the curve
  bool isClosed = false;
  bool wasStopped = false;
};

// From a place with one slow direction, forwards and, unless it closed, backwards.
SlowCurve followSlowCurve(const FlowEquation& equation, SlowPlace start, const SlowCurveLimits& limits);

}  // namespace keyhole
