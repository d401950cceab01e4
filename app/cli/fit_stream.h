// `keyhole fit` of a recording that is too large to be held in memory: by MAP, in one pass.
#pragma once

#include "app/cli/fit_report.h"
#include "app/cli/fit_trials.h"

#include <optional>

namespace keyhole::cli {

// Nothing if the recording is small enough to be read whole, cannot be had as a stream, or if the method or
// what is asked for needs all of it. Throws InputError: a sample that is no finite number; Stopped.
std::optional<FitReport> streamedFit(const FitRequest& request, const FitFiles& files, Progress& progress);

}  // namespace keyhole::cli
