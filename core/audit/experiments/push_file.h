// Pushes that were made during a recording.
#pragma once

#include "core/audit/experiments/push_response.h"

#include <string>
#include <vector>

namespace keyhole {

// A text file with a line for each push: its onset (seconds if `seconds` between two samples are known, else
// samples; from 0, over all trials end to end), then the pushed units, counted from 1, parted by blanks,
// commas or semicolons. What follows a # is a comment. The pushed units are taken as pushed alike. Pushes of
// the same units that follow each other within kTrain samples are one train. No two onsets fall on the same
// sample. Throws InputError naming file and line.
constexpr Index kTrain = 16;
std::vector<TimedPush> readPushes(const std::string& path, const std::vector<Trial>& trials, double seconds);

// The trials without the time after each push: half of the median time from one push or train to the next.
// Stretches of fewer than two samples are left out. window: set to how many samples are left out after each
// push.
std::vector<Trial> withoutPushes(const std::vector<Trial>& trials, const std::vector<TimedPush>& pushes,
                                 Index* window = nullptr);

}  // namespace keyhole
