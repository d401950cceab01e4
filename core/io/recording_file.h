// Recordings and matrices from files of any kind that is read: .npy, .csv, .tsv, .txt and MATLAB's .mat
// (`file.mat:variable`).
#pragma once

#include "core/common/progress.h"
#include "core/observation/recording.h"

#include <string>

namespace keyhole {

struct RecordingOptions {
  bool timeInColumns = false;   // the file holds neurons x time (--transpose)
  bool missingAllowed = false;  // NaN is a missing sample
};

// Files hold time x neurons; the recording's activity is N x T. Throws InputError: see requireUsable() and
// the readers; Stopped, but not before the file itself is read.
Recording readRecording(const std::string& spec, const RecordingOptions& options = {},
                        const Progress& progress = noProgress());

// The array as stored (a task's input, T x m).
Matrix readMatrixFile(const std::string& spec);

// A connectivity matrix: square, not empty, finite.
Matrix readSquareMatrix(const std::string& spec);

}  // namespace keyhole
