// A fit of a recording and everything that `keyhole fit` says about it.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/map_fit.h"
#include "core/observation/recording.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace keyhole::cli {

struct FitRequest {
  Recording recording;  // activity N x T, usable; all N are fitted
  Matrix input;         // m x T, or empty
  std::string inputFile;
  std::string method = "map";
  MapOptions map;
  std::optional<double> dt;       // seconds between two samples
  bool transpose = false;         // how the recording was read, for the record
  std::optional<Index> observed;  // the first channels only, likewise
  std::vector<std::string> warnings;
};

struct FitReport {
  nlohmann::ordered_json json;
  std::vector<std::string> warnings;  // those of the request and what the fit adds; also in the JSON
  bool good = false;                  // parameters and eigenvalues are there
  std::string message;                // if not: why, one sentence
};

// Throws Stopped. Cost O(N² T + N³).
FitReport fitAndReport(FitRequest request, Progress& progress);

}  // namespace keyhole::cli
