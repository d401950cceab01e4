// Recordings and matrices from files of any kind that is read: .npy, .csv, .tsv, .txt and MATLAB's .mat
// (`file.mat:variable`).
#pragma once

#include "core/common/progress.h"
#include "core/io/table_dialect.h"
#include "core/observation/recording.h"

#include <string>

namespace keyhole {

struct RecordingOptions {
  bool timeInColumns = false;   // the file holds neurons x time (--transpose)
  bool missingAllowed = false;  // NaN is a missing sample
  TableOptions table = {};      // how a table is written, where that is decided by hand
  double bin = 0;               // seconds in which spike times are counted; 0: not said
};

// Files hold time x neurons; the recording's activity is N x T. Throws InputError: see requireUsable() and
// the readers; Stopped, but not before the file itself is read.
Recording readRecording(const std::string& spec, const RecordingOptions& options = {},
                        const Progress& progress = noProgress());

// The array as stored (a task's input, T x m). What was guessed or left out is added to `notes`.
Matrix readMatrixFile(const std::string& spec, std::vector<std::string>* notes = nullptr,
                      const TableOptions& table = {});

// A connectivity matrix: square, not empty, finite. A first column that counts is left out only if the rest
// is square.
Matrix readSquareMatrix(const std::string& spec, std::vector<std::string>* notes = nullptr);

}  // namespace keyhole
