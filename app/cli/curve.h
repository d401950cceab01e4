// What the fitted students of one teacher claim, for several numbers d of seen units: the first d of the
// teacher's order.
#pragma once

#include "core/analysis/spectrum.h"
#include "core/common/progress.h"
#include "core/experiment/settings.h"

#include <string>
#include <vector>

namespace keyhole::cli {

struct CurveRow {
  Index d = 0;
  std::string status;   // the fit's, or "no eigenvalues" if these could not be found
  std::string message;  // one sentence on the status
  bool good = false;    // parameters and eigenvalues are there
  Spectrum leading;     // the first six eigenvalues, or d if fewer; empty unless good
  LineAttractorScore score;
  double henrici = 0;
};

struct Curve {
  Index units = 0;
  std::vector<CurveRow> rows;
  std::vector<std::string> notes;  // what the fits say besides, each once
};

// settings: the teacher, fit.method and what belongs to it; which units are seen is not read from them.
// observed: a list for seenCounts(), or empty for defaultCounts(). One stationary covariance, or one
// simulation, serves all d. Throws InputError and Stopped. Cost: that of the covariance or the simulation,
// and O(d³) per d.
Curve computeCurve(const Settings& settings, const std::string& observed, Progress& progress);

// 1, 2, 5, 10, 20, 50 … up to the number of units, and that number.
std::vector<Index> defaultCounts(Index units);

}  // namespace keyhole::cli
