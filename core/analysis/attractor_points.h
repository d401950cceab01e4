// Points of rest and the lines, rings and planes of them, to the end: internals of attractors.h.
#pragma once

#include "core/analysis/attractors.h"

namespace keyhole {

// continua, repelling, line, and which points lie on them, from found.points. Nothing where the activity does
// not vary.
void findContinua(const FlowSystem& system, ConstMatrixRef activity, const AttractorOptions& options,
                  Attractors& found, Progress& progress);

// Points that are missing, or how many may be; what was found on a line or ring before is no isolated point.
// With other points the continua are found again, and those that pass through places which a proof left open
// are followed from there. Stopped: the points stay "at least".
void completePoints(const FlowSystem& system, ConstMatrixRef activity, const AttractorOptions& options,
                    Attractors& found, Progress& progress);

}  // namespace keyhole
