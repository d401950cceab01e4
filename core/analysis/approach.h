// Whether a run is on its way to a known attractor, at the rate at which that attracts: internals of
// coexistence.h.
#pragma once

#include "core/analysis/attractors.h"

#include <optional>
#include <vector>

namespace keyhole {

struct Approach {
  AttractorKind kind = AttractorKind::point;  // or cycle
  std::size_t index = 0;
  double distance = 0;  // of the state from the point or the orbit
  double size = 0;      // a cycle's amplitude; of a point Attractors::scale
  double rate = 0;      // at which deviations decay at last, per τ; above 0
};

// The stable cycle or isolated stable point that is nearest to the state (N), measured by its size; empty if
// there is none.
std::optional<Approach> nearestAttractor(const Attractors& found, ConstVectorRef state);

// Of successive looks, `interval` τ apart: the last three are at one attractor, within 0.3 of its size and
// ever nearer, and the distance has fallen at between 0.4 and 2.5 times its rate.
bool isOnItsWay(const std::vector<Approach>& looks, double interval);

// Whether looks at a run at equal times show it come to a marginal point as the normal form of a Hopf point
// says, r' = -c r³: 1/r² grows by the same in either half of the last three quarters, to a factor of 1.5, and
// r falls by a tenth at least, and is below 0.3 of the scale. From 12 looks on.
bool isOnItsWayToMarginal(const std::vector<Approach>& looks);

}  // namespace keyhole
