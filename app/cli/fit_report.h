// A fit of a recording and everything that `keyhole fit` says about it.
#pragma once

#include "app/cli/fit_trials.h"
#include "core/common/progress.h"
#include "core/experiment/settings/fit_options.h"
#include "core/observation/summary/recording_summary.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace keyhole::cli {

struct FitRequest {
  FitTrials data;     // all of its neurons are fitted
  Settings settings;  // effective(): fit.method and its options, simulation.alpha
  std::optional<LdsModel> heldEmissions;
  std::optional<double> dt;   // seconds between two samples
  bool alphaAssumed = false;  // nobody said what alpha is
};

struct FitReport {
  nlohmann::ordered_json json;
  std::vector<std::string> warnings;  // those of the data and what the fit adds; also in the JSON
  bool stopped = false;               // the user stopped, and this is the best so far
  bool good = false;                  // parameters and eigenvalues are there
  std::vector<std::string> claims;  // the verdict's sentence, and what is said of its errors and of what the
                                    // recording knows of it
  std::string message;              // if not: why, one sentence
};

// What is said of a student that is there already, from sums: nothing that needs the samples again (the
// claim's intervals, the prediction, the explained variance, most of the summary). The JSON has null there.
FitReport reportOfSums(FitRequest request, Student student, const RecordingSummary& summary);

// Throws Stopped where there is no best so far. Cost of MAP O(N² T + N³); of the others see their headers.
FitReport fitAndReport(FitRequest request, Progress& progress);

}  // namespace keyhole::cli
