// The formats that are read, a row each. Whoever lists formats (messages, dialogs, drag and drop, help,
// manual) asks this table.
#pragma once

#include "core/common/error.h"
#include "core/common/progress.h"
#include "core/io/file_arrays.h"
#include "core/io/table_dialect.h"
#include "core/observation/preprocessing/preprocessing.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace keyhole {

// Trials have different numbers of neurons, but one number with the axes the other way round.
class TurnedTrialsError : public InputError {
 public:
  using InputError::InputError;
};

struct ReadOptions {
  TableOptions table = {};     // how a table is written, where that is said
  bool timeInColumns = false;  // the arrays hold neurons x time
  double bin = 0;              // seconds in which spike times are counted; 0: not said
  // From where to where spike times are counted, a trial each; empty: from time 0, as one.
  std::vector<TimeWindow> windows = {};
  // Whoever may ask for a stop, which is heard between two pieces of what is read (Stopped); must outlive it.
  const Progress* progress = &noProgress();
};

// What a place in a file holds, as stored: one row per time point, or per neuron.
struct FileData {
  std::vector<Matrix> trials;  // at least one
  bool turned = false;         // their axes are exchanged: what is a row in the file is a column here
  std::vector<std::string> columnNames, rowNames;
  double interval = 0;             // between two samples; 0: the file does not say
  std::string intervalUnit = {};   // "s", or empty if the file does not name the clock's unit
  std::vector<std::string> notes;  // what was guessed, left out or reinterpreted: a sentence each
  Vector times = {};               // of the time points of the one trial, in the unit of `interval`; or empty
  std::optional<double> start = {};  // without `times`, that of the first, if the file says it
  std::vector<double> begins = {};   // of each trial, in seconds, if they are those of ReadOptions::windows
};

// One long array of two dimensions, read piece by piece, so that it need not fit into memory.
struct DataStream {
  FileData head;                    // all but the numbers
  Index units = 0, timepoints = 0;  // as ReadOptions::timeInColumns takes the axes
  // The numbers, units x time points, one piece behind the other until `work` returns false. Throws
  // InputError.
  std::function<void(const FileTree::Work& work)> run;
  // What the numbers themselves led to, once run() has ended: sentences, some of which may stand in `head`.
  std::shared_ptr<std::vector<std::string>> said = std::make_shared<std::vector<std::string>>();
};

// The beginning of one long array whose length only reading all of it would tell.
struct DataBeginning {
  FileData data;
  Index rows = 0;  // in all, about
};

struct FileContents {
  std::string format;
  std::vector<FileArray> arrays;  // without their nodes
  std::vector<std::string> notes;
};

struct Format {
  const char* name;                     // "NumPy array"
  std::vector<std::string> extensions;  // ".npy", …; the first is the usual one
  bool hasPlaces;                       // FILE:PATH names one of several arrays

  // Whether the content says so; a table of text has no mark and never does.
  bool (*matches)(const std::string& file);
  // Headers only. Throws InputError.
  FileContents (*contents)(const std::string& file);
  // path: behind FILE:, or empty for the only sensible recording. Throws InputError.
  FileData (*read)(const std::string& file, const std::string& path, const ReadOptions& options);
  // The same as a stream, or nothing where the place is no such array; null: never. Throws InputError.
  std::optional<DataStream> (*stream)(const std::string& file, const std::string& path,
                                      const ReadOptions& options) = nullptr;
  // Its beginning, of a file that is no stream; null: never. Throws InputError.
  DataBeginning (*beginning)(const std::string& file, const ReadOptions& options) = nullptr;
};

const std::vector<Format>& formats();

// The format of a file: by its content, else by its ending. Throws InputError: no such file, an unknown
// ending (the known ones are named).
const Format& formatOf(const std::string& file);

bool hasKnownExtension(const std::string& file);

// ".npy, .csv, .mat …" for sentences, and "*.npy *.csv …" for the dialogs of files.
std::string extensionList();
std::string extensionPatterns();

// Everything that FILE or FILE:PATH names. Throws InputError.
FileData readFileData(const std::string& spec, const ReadOptions& options = {});
FileContents fileContents(const std::string& file);

// The same as a stream; nothing if it cannot be had as one. Throws InputError.
std::optional<DataStream> streamFileData(const std::string& spec, const ReadOptions& options = {});

// Its beginning, in a moment however long it is; nothing if there is no such road. Throws InputError.
std::optional<DataBeginning> beginningOfFileData(const std::string& spec, const ReadOptions& options = {});

// The file of FILE or FILE:PATH.
std::string fileOfSpec(const std::string& spec);

// The Suite2p folders in a folder or in its folder suite2p (plane0, plane1, combined).
std::vector<std::string> suite2pFoldersIn(const std::string& folder);

// That a .npy file stands in such a folder, and what is known of it there; else empty.
std::string suite2pNote(const std::string& file);

// The rows of the table, each in its own file.
Format npyFormat();
Format npzFormat();
Format tableFormat();
Format matFormat();
Format hdf5Format();
Format suite2pFormat();
Format octaveFormat();

}  // namespace keyhole
