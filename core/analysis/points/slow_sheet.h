// A slow manifold of two or more dimensions, sounded along rays from one of its points: internals of
// slow_manifold.h.
#pragma once

#include "core/analysis/points/slow_curve.h"

namespace keyhole {

struct SlowSheet {
  std::vector<Vector> samples;  // y, all places that were visited
  std::vector<Vector> rim;      // of two dimensions: the ends of the rays in order round the start
  // Of the sums of arc lengths of opposite rays; of rays that closed the length of the loop. Those that wind
  // round a closed surface for ever have no length, unless all do.
  double longest = 0, shortest = 0;
  Index closedRays = 0;  // rays that came back to the start: closed in their direction
  bool wasStopped = false;
};

// Sixteen rays for two dimensions, else two for each basis direction.
SlowSheet soundSheet(const FlowEquation& equation, const SlowPlace& start, const SlowCurveLimits& limits);

}  // namespace keyhole
