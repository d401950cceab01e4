// What a partial recording of the present teacher claims at every fraction that could be seen: the students'
// curve over d, as the window shows it.
#pragma once

#include "core/experiment/subsampling_curve.h"

#include <memory>

namespace keyhole {

struct SeenCurveOptions {
  Index points = 40;  // numbers of seen units, evenly spaced in their logarithm; from 2
  int draws = 8;      // teachers of other seeds for the mean; 0: none
  bool all = false;   // singular values and the Henrici number, too (dense: O(d³) each)
};

struct SeenCurve {
  Settings settings;          // that it was made from
  Index units = 0;            // D
  std::vector<Index> counts;  // d, rising
  Curve longTime;             // T → ∞, α → 0, φ taken as linear, with the theory; one row per count
  Curve finite;               // the MAP fit to one simulation of the present length, or no rows (yet)
  std::vector<CurveSummary> draws;  // mean and standard error of the long-time curve, or none (yet)
  int drawCount = 0;
  bool complete = false;
};

// Grows: first the long-time curve, then its draws, then the finite recording; each is handed to the sink as
// soon as it is there. Throws InputError and Stopped. Cost: as subsamplingCurve() and curveDraws().
using SeenCurveSink = std::function<void(std::shared_ptr<const SeenCurve>)>;
void seenCurve(const Settings& settings, const SeenCurveOptions& options, Progress& progress,
               const SeenCurveSink& sink);

// Whether the curve of the one is also that of the other: what is seen, the fit and the view do not matter.
bool sameSeenCurve(const Settings& a, const Settings& b);

}  // namespace keyhole
