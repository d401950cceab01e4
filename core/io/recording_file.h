// Recordings and matrices from files of any kind that is read (formats.h), and everything that can be said of
// how a recording is read: one object for the window and for all commands.
#pragma once

#include "core/common/progress.h"
#include "core/io/table_dialect.h"
#include "core/observation/preprocessing/preprocessing.h"
#include "core/observation/recording.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace keyhole {

struct RecordingOptions {
  bool timeInColumns = false;   // the file holds neurons x time (--transpose)
  bool missingAllowed = false;  // NaN is a missing sample
  TableOptions table = {};      // how a table is written, where that is decided by hand
  double bin = 0;               // seconds in which spike times are counted; 0: not said
  double interval = 0;          // seconds between two samples, said by hand; 0: by the file
  bool joinTrials = false;      // trials are taken end to end as one
  std::string intervals = {};  // a table of intervals that trials are cut from, see readIntervals(); or empty
  std::string input = {};      // FILE or FILE:PATH of a known drive, T x m or one per trial; empty: none
  Preprocessing steps = {};    // done after reading
};

// Files hold time x neurons; the recording's activity is N x T. The input is read, trials are joined, and the
// steps done. Throws InputError: see requireUsable(), requireLongTrials(), preprocessed() and the readers;
// Stopped.
Recording readRecording(const std::string& spec, const RecordingOptions& options = {},
                        const Progress& progress = noProgress());

// A recording of one trial as a stream, so that it need not fit into memory.
struct RecordingStream {
  Recording head;  // all but the activity
  Index units = 0, timepoints = 0;
  std::function<void(const std::function<bool(const Matrix& piece)>& work)> run;  // see DataStream
  std::shared_ptr<std::vector<std::string>> said;                                 // likewise
};

// Nothing if the file cannot be read so, or if options has intervals or an input. The steps are not done.
// Throws InputError.
std::optional<RecordingStream> streamRecording(const std::string& spec, const RecordingOptions& options);

// What is to be said of all of it, once run() has ended.
std::vector<std::string> notesOf(const RecordingStream& stream);

// Its first time points, up to `most` numbers (at least two time points).
Recording beginningOf(const RecordingStream& stream, Index most);

// The beginning of a recording that can be had neither so nor all at once without waiting: of a long table.
struct RecordingBeginning {
  Recording recording;
  Index timepoints = 0;  // in all, about
};

// Nothing if there is no such road. The steps are not done. Throws InputError.
std::optional<RecordingBeginning> beginningOfTable(const std::string& spec, const RecordingOptions& options);

// The steps alone, of a recording that was read without them; the same as if it had been read with them.
Recording withSteps(Recording recording, const RecordingOptions& options,
                    const Progress& progress = noProgress());

// Everything that is to be said of a recording before it is fitted, a sentence each: its notes, doubtful
// names, constant channels, missing samples, channels that rise as clocks do. Throws InputError: see
// constantChannelWarning().
std::vector<std::string> recordingWarnings(const Recording& recording);

// The array as stored (a task's input, T x m). What was guessed or left out is added to `notes`.
Matrix readMatrixFile(const std::string& spec, std::vector<std::string>* notes = nullptr,
                      const TableOptions& table = {});

// A connectivity matrix: square, not empty, finite. A first column that counts is left out only if the rest
// is square.
Matrix readSquareMatrix(const std::string& spec, std::vector<std::string>* notes = nullptr);

}  // namespace keyhole
