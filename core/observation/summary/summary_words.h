// The summary of a recording in sentences.
#pragma once

#include "core/observation/summary/recording_summary.h"

namespace keyhole {

// A sentence for each thing that endangers a fit. Constant units and missing samples are told by
// recordingWarnings().
std::vector<std::string> summaryWarnings(const RecordingSummary& summary, const RecordedTrials& recorded);

// Everything in it as lines "name: value" of a page, without the warnings.
std::vector<std::pair<std::string, std::string>> summaryLines(const RecordingSummary& summary);

// "0.9 s" or "45 time points".
std::string timeText(double timePoints, double seconds);

}  // namespace keyhole
