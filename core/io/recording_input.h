// The known drive of a recording, from a file of its own or from another place in the same one.
#pragma once

#include "core/io/table_dialect.h"
#include "core/io/trial_intervals.h"
#include "core/observation/recording.h"

#include <string>

namespace keyhole {

// When the time points of a recording were sampled, and which rows of its file they are.
struct SampleTimes {
  Vector seconds;  // T, or empty: not known
  RowCut cut;
};

// m x T in the recording's time points: from as many trials as it has, each with one row per time point, or
// from one array of all of them (a single row of T numbers is one input). An array as long as the recording
// was before it was cut into trials is cut alike. If both say when they were sampled, and that differs, the
// input is brought to the recording's time points: the mean of what falls between one and the next, or where
// nothing does, the last sample before it. What was guessed or left out is added to the recording's notes.
// Throws InputError: another length, another number of trials or inputs, no sample at some time point, a
// number that is not finite.
Matrix readInputOf(Recording& recording, const std::string& spec, const TableOptions& table = {},
                   const SampleTimes& samples = {});

}  // namespace keyhole
