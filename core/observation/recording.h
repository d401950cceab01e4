// What was seen: the activity of some units over time, from a file or from a teacher.
#pragma once

#include "core/common/types.h"

#include <string>
#include <vector>

namespace keyhole {

struct Recording {
  Matrix activity;                        // N x T, one column per time step
  std::vector<std::string> channelNames;  // N names from the file's header, or empty
  std::string source;                     // what it was read from, as the user wrote it; empty for a teacher
};

// Throws InputError, naming the source and the value, if the recording has no neuron, fewer than two time
// points, or an entry that is not finite (the first one is named by channel and time point, counted from 1).
// With missingAllowed, NaN stands for a missing sample, and a channel must have at least one that is there.
// Cost O(N T).
void requireUsable(const Recording& recording, bool missingAllowed = false);

// One sentence if the names of the channels are partly numbers, so that the header may have been a row of
// numbers with a slip in it; else empty.
std::string doubtfulNamesWarning(const Recording& recording);

// The rows (from 0) whose entries are all equal (missing ones apart): they carry no information and leave a
// fit singular but for its ridge.
std::vector<Index> constantChannels(ConstMatrixRef activity);

// Of each channel its first missing sample (NaN), or -1. Cost O(N T).
std::vector<Index> firstMissing(ConstMatrixRef activity);

// One sentence that says how many samples are missing (NaN), or empty if none is.
std::string missingSamplesWarning(const Recording& recording);

// One sentence that names the constant channels (counted from 1, or by name), or empty if there is none.
// Throws InputError if fewer than two channels vary.
std::string constantChannelWarning(const Recording& recording);

}  // namespace keyhole
