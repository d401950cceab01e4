// A slow manifold of two or more dimensions, sounded along rays from one of its points: internals of
// slow_manifold.h.
#pragma once

#include "core/analysis/points/slow_curve.h"
#include "core/analysis/points/slow_modes.h"

#include <optional>

namespace keyhole {

struct SlowSheet {
  std::vector<Vector> samples;  // y, all places that were visited
  std::vector<Vector> rim;      // of two dimensions: the ends of the rays in order round the start
  // Of the sums of arc lengths of opposite rays; of rays that closed the length of the loop. Those that wind
  // round a closed surface for ever have no length, unless all do.
  double longest = 0, shortest = 0;
  Index closedRays = 0;  // rays that came back to the start, or go on without an end: closed there
  bool wasStopped = false;
};

// Sixteen rays for two dimensions, else two for each basis direction and four for each dimension in
// directions that do not depend on how the basis lies; from the middle of the longest pair of opposite ones
// of a first round, so that it does not matter much where it begins.
SlowSheet soundSheet(const FlowEquation& equation, const SlowPlace& start, const SlowCurveLimits& limits);

// The place next to y on a slow manifold of so many dimensions; empty: there is none.
std::optional<SlowPlace> slowPlaceAt(const FlowEquation& equation, const Vector& y, Index dimension,
                                     const SlowCurveLimits& limits);

// Whether slow directions lead from the start to a target without leaving what is slow: it is on the same
// sheet. Goes towards the target by steps, at most 100, each of which costs what one of a walk does.
bool leadsTo(const FlowEquation& equation, const SlowPlace& start, const Vector& target,
             const SlowCurveLimits& limits);

}  // namespace keyhole
