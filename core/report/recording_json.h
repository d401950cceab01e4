// The summary of a recording as JSON and as a page of text.
#pragma once

#include "core/observation/summary/recording_summary.h"

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole {

// Keys as documented in `keyhole summary --help`; times in seconds where the interval is known, else null.
nlohmann::ordered_json recordingJson(const RecordingSummary& summary);

// One line per entry, the warnings below.
std::string recordingText(const RecordingSummary& summary, const std::vector<std::string>& warnings);

}  // namespace keyhole
