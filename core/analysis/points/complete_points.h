// The second pass over fixed points: from those that the activity's starts led to, to all of them, or to a
// statement of how many may be missing. It costs seconds and comes after the picture.
#pragma once

#include "core/analysis/points/fixed_points.h"

#include <functional>

namespace keyhole {

struct CompletionOptions {
  double work = 4e9;      // >= 0: multiplications at most, about a second per 1e9; half of it for the proof
  Index mostProven = 12;  // unknowns up to which a proof is tried; >= 0
  std::uint64_t seed = 1;
  // Whether a state (D) lies on a continuous attractor that is known: a search that ends there has found no
  // isolated point, and is left out of the list and of the estimate. Empty: none is known.
  std::function<bool(ConstVectorRef z)> isOnContinuum = {};
};
std::vector<std::string> problems(const CompletionOptions& options);

// found: of findFixedPoints() for the same system and options. In this order, until the census is certified
// or the work is done:
//  1. the images of the points under the symmetries of the network (symmetries.h);
//  2. up to mostProven unknowns (a dense B of low rank is factored first, so that they are its rank): a proof
//     by branch_and_prune.h, which finds what is missing;
//  3. else more starts: from every saddle along its unstable directions, then independent ones, spread
//     over the box that the weights allow (at several sizes; every other one runs along the flow for a while,
//     which favours stable points), whose Newton searches give the estimate of what is missing; ended when
//     every point they found was found twice, by twenty times as many starts as points and at least 1000;
//     then continuation in the gain and deflation from all that are known (neighbour_search.h).
// New points get no starts (FixedPoint::starts stays the count of the first pass). Of more than maxPoints the
// stable ones are kept first; the census counts all. When stopped: what is known by then. Deterministic.
FixedPoints completeFixedPoints(const FlowSystem& system, FixedPoints found,
                                const FixedPointOptions& points = {}, const CompletionOptions& options = {},
                                Progress& progress = noProgress());

// What every mouth says of it: how many there are, whether that is all, and what is not counted.
std::string sentenceOf(const PointCensus& census);

// B = M Nᵀ where a dense B has a rank of at most `most` (and half its size) to 1e-14 of its norm, in the same
// system; else a copy. Cost O(D² most).
FlowSystem factored(const FlowSystem& system, Index most);

}  // namespace keyhole
