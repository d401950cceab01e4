// What a partial recording of the present teacher claims at every fraction that could be seen, or over
// another setting at the present number of seen units: the students' curve, as the window shows it.
#pragma once

#include "core/experiment/studies/subsampling_curve.h"

#include <memory>

namespace keyhole {

struct SeenCurveOptions {
  Index points = 40;  // of the curve, at most; numbers of seen units evenly spaced in their logarithm; from 2
  int draws = 8;      // teachers of other seeds for the mean; 0: none
  bool all = false;   // singular values, overlaps and the Henrici number, too (dense: O(d³) each)
};

struct SeenCurve {
  Settings settings;              // that it was made from
  std::string over = "observed";  // what it runs over (view.curve_over): "observed", or the key of a setting
  Index units = 0;                // D, at the present settings
  std::vector<double> positions;  // rising: d/D, or values of that setting; one per row of what follows
  std::vector<Index> counts;      // d of each
  // T → ∞, α → 0, φ taken as linear, with the theory; no rows over a setting on which it does not depend.
  Curve longTime;
  Curve finite;  // the MAP fit to one simulation of the present length, or no rows (yet)
  std::vector<CurveSummary>
      draws;  // mean and s.e. of the long-time curve (without one: of the finite), or none (yet)
  int drawCount = 0;
  bool complete = false;
};

// What view.curve and view.curve_over need: over a setting fewer points and draws, since each may be a
// simulation.
SeenCurveOptions seenCurveOptions(const Settings& settings);

// Grows: first the long-time curve (with `all`, over d: a coarse grid of it before the whole, without
// theory), then its draws, then the finite recording (over a setting that matters to finite recordings alone:
// these, then their draws); each is handed to the sink as soon as it is there. Throws InputError, also for a
// setting on which the teacher's students do not depend, and Stopped. Cost: as subsamplingCurve(),
// curveOverSetting() and curveDraws().
using SeenCurveSink = std::function<void(std::shared_ptr<const SeenCurve>)>;
void seenCurve(const Settings& settings, const SeenCurveOptions& options, Progress& progress,
               const SeenCurveSink& sink);

// The values of view.curve_over besides "observed".
std::vector<std::string> curveAxes();

// At most `points` values of this setting about the present one, as a curve runs over them.
std::vector<std::string> curveAxisValues(const Settings& settings, const std::string& key, Index points);

// Whether the curve of the one is also that of the other: the fit and the view do not matter but for what the
// curve runs over; over d it does not matter what is seen, over a setting not what its present value is.
bool sameSeenCurve(const Settings& a, const Settings& b);

}  // namespace keyhole
