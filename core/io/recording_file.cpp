#include "core/io/recording_file.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/formats.h"
#include "core/io/recording_input.h"
#include "core/observation/rising_channels.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

void addNotes(std::vector<std::string>* to, const std::vector<std::string>& notes) {
  if (to) to->insert(to->end(), notes.begin(), notes.end());
}

// The trials side by side, one column per time point, piece by piece.
Matrix joined(std::vector<Matrix>& trials, bool timeInColumns, const Progress& progress) {
  if (timeInColumns && trials.size() == 1) return std::move(trials.front());
  Index T = 0;
  for (const auto& trial : trials) T += timeInColumns ? trial.cols() : trial.rows();
  Matrix activity = largeMatrix(timeInColumns ? trials.front().rows() : trials.front().cols(), T);
  Index at = 0;
  for (auto& trial : trials) {
    const Index length = timeInColumns ? trial.cols() : trial.rows();
    inPieces(length, progress, [&](Index first, Index count) {
      if (timeInColumns)
        activity.middleCols(at + first, count) = trial.middleCols(first, count);
      else
        activity.middleCols(at + first, count) = trial.middleRows(first, count).transpose();
    });
    at += length;
    trial = Matrix();
  }
  return activity;
}

// The time between samples as it was said, or as the file has it.
void setInterval(Recording& recording, double said) {
  constexpr double kAlike = 0.01;
  if (said <= 0) return;
  if (recording.intervalUnit == "s" && std::abs(recording.interval - said) > kAlike * said)
    recording.notes.push_back(recording.source + " itself has " + toText(recording.interval) +
                              " s between two samples; taken are the " + toText(said) + " s that were said");
  recording.interval = said;
  recording.intervalUnit = "s";
}

struct ReadTrials {
  Recording recording;
  SampleTimes samples;
};

void takeTrials(FileData& data, bool timeInColumns, Recording& recording, const Progress& progress) {
  if (data.trials.size() > 1)
    for (const auto& trial : data.trials)
      recording.trialLengths.push_back(timeInColumns ? trial.cols() : trial.rows());
  recording.activity = joined(data.trials, timeInColumns, progress);
}

// What a file holds, in the trials that its intervals and the jumps of its clock make.
ReadTrials recordingOf(FileData data, const TrialIntervals& intervals, const std::string& spec,
                       const RecordingOptions& options, const Progress& progress) {
  data.notes.insert(data.notes.begin(), intervals.notes.begin(), intervals.notes.end());
  const bool timeInColumns = options.timeInColumns != data.turned;
  ReadTrials read;
  if (data.begins.empty())
    read.samples.cut = cutIntoTrials(data, timeInColumns, options.intervals.empty() ? nullptr : &intervals,
                                     options.interval, spec);
  if (!options.input.empty())
    read.samples.seconds = sampleTimes(data, read.samples.cut, timeInColumns, data.interval);
  Recording& recording = read.recording;
  recording.source = spec;
  recording.notes = std::move(data.notes);
  takeTrials(data, timeInColumns, recording, progress);
  recording.channelNames = std::move(options.timeInColumns ? data.rowNames : data.columnNames);
  recording.interval = data.interval;
  recording.intervalUnit = data.intervalUnit;
  return read;
}

ReadTrials recordingIn(const std::string& spec, const RecordingOptions& options, const Progress& progress) {
  TrialIntervals intervals;
  if (!options.intervals.empty()) intervals = readIntervals(options.intervals, spec, options.table);
  FileData data =
      readFileData(spec, {options.table, options.timeInColumns, options.bin, intervals.windows, &progress});
  progress.throwIfStopped();
  return recordingOf(std::move(data), intervals, spec, options, progress);
}

}  // namespace

Recording readRecording(const std::string& spec, const RecordingOptions& options, const Progress& progress) {
  ReadTrials read = recordingIn(spec, options, progress);
  Recording& recording = read.recording;
  setInterval(recording, options.interval);
  const bool asItIs = options.steps == Preprocessing();
  requireUsable(recording, options.missingAllowed || !asItIs);
  if (auto wide = wideRecordingWarning(recording, options.timeInColumns); !wide.empty())
    recording.notes.push_back(std::move(wide));
  requireLongTrials(recording);
  if (!options.input.empty())
    recording.input = readInputOf(recording, options.input, options.table, read.samples);
  if (options.joinTrials) {
    if (auto note = joinedTrialsWarning(recording); !note.empty()) recording.notes.push_back(std::move(note));
    recording.trialLengths.clear();
  }
  // Without steps it has just been found usable, and a look at all of a large one takes its time.
  return asItIs ? std::move(recording) : withSteps(std::move(recording), options, progress);
}

std::optional<RecordingStream> streamRecording(const std::string& spec, const RecordingOptions& options) {
  if (!options.intervals.empty() || !options.input.empty()) return {};
  auto data = streamFileData(spec, {options.table, options.timeInColumns, options.bin});
  if (!data) return {};
  RecordingStream stream;
  stream.head.source = spec;
  stream.head.notes = std::move(data->head.notes);
  stream.head.interval = data->head.interval;
  stream.head.intervalUnit = data->head.intervalUnit;
  setInterval(stream.head, options.interval);
  stream.units = data->units;
  stream.timepoints = data->timepoints;
  stream.run = std::move(data->run);
  stream.said = std::move(data->said);
  return stream;
}

std::vector<std::string> notesOf(const RecordingStream& stream) {
  std::vector<std::string> notes = stream.head.notes;
  for (const auto& note : *stream.said)
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  return notes;
}

Recording beginningOf(const RecordingStream& stream, Index most) {
  Recording recording = stream.head;
  const Index count =
      std::min(stream.timepoints, std::max<Index>(2, most / std::max<Index>(stream.units, 1)));
  recording.activity.resize(stream.units, count);
  Index at = 0;
  stream.run([&](const Matrix& piece) {
    const Index taken = std::min(piece.cols(), count - at);
    recording.activity.middleCols(at, taken) = piece.leftCols(taken);
    at += taken;
    return at < count;
  });
  recording.notes = notesOf(stream);
  return recording;
}

std::optional<RecordingBeginning> beginningOfTable(const std::string& spec, const RecordingOptions& options) {
  if (!options.intervals.empty() || !options.input.empty()) return {};
  auto beginning = beginningOfFileData(spec, {options.table, options.timeInColumns, options.bin});
  if (!beginning) return {};
  ReadTrials read = recordingOf(std::move(beginning->data), {}, spec, options, noProgress());
  setInterval(read.recording, options.interval);
  requireUsable(read.recording, true);
  if (options.joinTrials) read.recording.trialLengths.clear();
  return RecordingBeginning{std::move(read.recording), beginning->rows};
}

Recording withSteps(Recording recording, const RecordingOptions& options, const Progress& progress) {
  if (!(options.steps == Preprocessing())) {
    recording = preprocessed(std::move(recording), options.steps, progress);
    requireLongTrials(recording);
  }
  requireUsable(recording, options.missingAllowed || !options.steps.mask.empty());
  if (!options.missingAllowed && !options.steps.mask.empty() && recording.activity.hasNaN())
    throw InputError("the step mask leaves samples of the recording " + recording.source +
                     " missing; allowed: with the latent models (lds, slds), which leave them out");
  return recording;
}

std::vector<std::string> recordingWarnings(const Recording& recording) {
  std::vector<std::string> warnings = recording.notes;
  for (auto& warning : {doubtfulNamesWarning(recording), constantChannelWarning(recording),
                        missingSamplesWarning(recording), risingChannelWarning(recording)})
    if (!warning.empty()) warnings.push_back(warning);
  return warnings;
}

Matrix readMatrixFile(const std::string& spec, std::vector<std::string>* notes, const TableOptions& options) {
  FileData data = readFileData(spec, {options, false, 0});
  if (data.trials.size() > 1)
    throw InputError(spec + " has " + std::to_string(data.trials.size()) +
                     " trials; allowed: one matrix, by an index such as (2) or [:,:,2]");
  addNotes(notes, data.notes);
  if (data.turned) return data.trials.front().transpose();
  return std::move(data.trials.front());
}

Matrix readSquareMatrix(const std::string& spec, std::vector<std::string>* notes) {
  std::vector<std::string> said;
  Matrix matrix = readMatrixFile(spec, &said);
  // A matrix may have a first column that rises.
  if (matrix.rows() == matrix.cols() + 1) {
    TableOptions all;
    all.indexColumn = "none";
    std::vector<std::string> saidOfAll;
    Matrix whole = readMatrixFile(spec, &saidOfAll, all);
    if (whole.rows() == whole.cols()) {
      matrix = std::move(whole);
      said = std::move(saidOfAll);
    }
  }
  addNotes(notes, said);
  if (matrix.rows() != matrix.cols() || matrix.rows() < 1)
    throw InputError(spec + " is " + std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols()) +
                     "; allowed: a square matrix");
  constexpr double kLargest = 1e100;  // products of larger ones leave the finite range
  for (Index j = 0; j < matrix.cols(); ++j)
    for (Index i = 0; i < matrix.rows(); ++i)
      if (!(std::abs(matrix(i, j)) <= kLargest))
        throw InputError(spec + " has the value " + toText(matrix(i, j)) + " in row " +
                         std::to_string(i + 1) + ", column " + std::to_string(j + 1) +
                         "; allowed: finite numbers up to 1e100 in size");
  return matrix;
}

}  // namespace keyhole
