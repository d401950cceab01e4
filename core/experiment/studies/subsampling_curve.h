// What the fitted students of one teacher claim, over the number d of seen units (the first d of the
// teacher's order), over any other setting at fixed d, and over draws of the teacher.
#pragma once

#include "core/analysis/theory/theory_curves.h"
#include "core/common/progress.h"
#include "core/experiment/settings/settings.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace keyhole {

struct CurveRow {
  Index d = 0;
  Index units = 0;      // D
  std::string value;    // of the setting that the curve runs over; empty over d
  std::string status;   // the fit's, or "no eigenvalues" if these could not be found
  std::string message;  // one sentence on the status
  bool good = false;    // parameters and eigenvalues are there
  StudentModes modes;   // meaningful if good
};

struct Curve {
  std::string over = "observed";    // or the key of a setting
  std::vector<CurveRow> rows;       // in the order asked for
  std::vector<std::string> notes;   // what the fits say besides, each once
  std::vector<TheoryCurve> theory;  // one value per row; NaN where it does not apply. Empty unless asked for
};

// Finished rows as they arrive, with their place in the curve; on the calling thread, about in the order of
// coarseFirst().
using CurveRowSink = std::function<void(std::size_t, const CurveRow&)>;

struct RowQuestions {
  ModeQuestions modes;    // all = false: leading eigenvalues and score alone, by the fast roads
  bool overlaps = false;  // of the leading singular vectors with the teacher's (dense: O(d³))
  bool theory = false;    // what theory says of the long-time limit (of map: the continuous one), too
};
struct CurveOptions {
  std::vector<Index> counts;  // each from 1 to D; empty: defaultCounts()
  RowQuestions questions;
};

// settings: the teacher, fit.method (a long-time limit, or map) and what belongs to it; which units are seen
// is not read from them. One covariance, or one simulation, serves all d. On all cores, the same bits
// whatever their number. Throws InputError and Stopped. Cost: that of the covariance or the simulation, and
// per d: low rank O(d r²); leading only, chain O(d) and others O(d²) times a hundred or so; else O(d³). A
// stop waits for the rows that have begun.
Curve subsamplingCurve(const Settings& settings, const CurveOptions& options, Progress& progress,
                       const CurveRowSink& sink = {});

// The places 0 … n-1 of a curve in the order in which its rows are made: a coarse grid with both ends first,
// then the rest, each from its end, where the expensive rows are. onCoarseGrid: whether place i of n is
// among the first.
std::vector<std::size_t> coarseFirst(std::size_t n);
bool onCoarseGrid(std::size_t i, std::size_t n);

// 1, 2, 5, 10, 20, 50 … up to the number of units, and that number.
std::vector<Index> defaultCounts(Index units);
// At most `count` numbers from 1 to `units`, evenly spaced in their logarithm.
std::vector<Index> logSpacedCounts(Index units, Index count);

struct CurveAxis {
  std::string key;                  // of a setting that the curve depends on
  std::vector<std::string> values;  // as text
  Index observed = 25;              // d
};
// One row per value, everything else as in the settings. Throws InputError for a key that is not known or
// does not matter, a value out of range, or fewer than d units.
Curve curveOverSetting(const Settings& settings, const CurveAxis& axis, const RowQuestions& questions,
                       Progress& progress, const CurveRowSink& sink = {});

// Whether a curve with these settings depends on this one.
bool curveDependsOn(const Settings& settings, const SettingRow& row);

struct MeanOfDraws {
  double mean = 0, error = 0;  // of the finite, determined values; s.e. of the mean, NaN for fewer than two
  Index count = 0;             // how many these are
};
struct CurveSummary {
  Index d = 0;
  std::string value;
  MeanOfDraws score;  // of draws whose score is determined and of a stable student
  MeanOfDraws henrici;
  std::vector<MeanOfDraws> real, imaginary;  // per rank of the leading eigenvalues; |Im λ|
  std::vector<MeanOfDraws> singular;
  MeanOfDraws leftOverlap, rightOverlap;
};
struct DrawnCurves {
  std::vector<std::uint64_t> seeds;   // teacher.seed, teacher.seed + 1 …
  std::vector<Curve> draws;           // one per seed, in their order
  std::vector<CurveSummary> summary;  // one per row; empty for a single draw
};
// make: a curve from settings, as one of the two functions above. Draws are computed side by side on all
// cores.
using CurveMaker = std::function<Curve(const Settings&, Progress&)>;
DrawnCurves curveDraws(const Settings& settings, int draws, const CurveMaker& make, Progress& progress);

std::vector<CurveSummary> summaryOf(const std::vector<Curve>& draws);

}  // namespace keyhole
