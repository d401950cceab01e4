// From ends of searches to points with a kind: internals of fixed_points.h and complete_points.h.
#pragma once

#include "core/analysis/flow/root_search.h"
#include "core/analysis/points/fixed_points.h"

#include <functional>

namespace keyhole {

PointKind kindOf(const RootSearch& end);

// Whether ‖f‖ stays below twice the tolerance all the way between two roots: then they are one, found at two
// places because f is flat there (a multiple root), or parts of one straight continuum.
bool isOneRoot(const FlowEquation& equation, ConstVectorRef a, ConstVectorRef b, double tolerance);

// Without its linearisation. Its kind is by the residual recomputed with flow().
FixedPoint describedPoint(const FlowSystem& system, const FlowEquation& equation, const RootSearch& end,
                          Index starts, const FixedPointOptions& options);

// Eigenvalues and directions of the first `most` points, of those that lack them, on all cores. False:
// stopped before all were known.
bool linearisePoints(FixedPoints& found, const FlowSystem& system, const FixedPointOptions& options,
                     Index most, Progress& progress);
// As many points as cost about a second.
Index pointsLinearisedSoon(const FlowSystem& system);

// Fixed, slow, not converged; within a kind by falling number of starts.
void sortPoints(std::vector<FixedPoint>& points);

// fixed, stable, unlinearised and onContinua of the census.
void countPoints(FixedPoints& found, const std::function<bool(ConstVectorRef z)>& isOnContinuum = {});

std::string counted(Index count, const std::string& noun);  // "1 start", "2 starts"

}  // namespace keyhole
