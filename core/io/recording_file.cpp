#include "core/io/recording_file.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/delimited.h"
#include "core/io/mat.h"
#include "core/io/npy.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace keyhole {
namespace {

struct Spec {
  std::string path, variable;
};

std::string lowerExtension(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

// "file.mat:variable": a colon separates only behind .mat, and only if the whole is not itself a file.
Spec parseSpec(const std::string& text) {
  std::error_code error;
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(text, error)) return {text, {}};
  const std::string path = text.substr(0, colon);
  if (lowerExtension(path) != ".mat") return {text, {}};
  return {path, text.substr(colon + 1)};
}

DelimitedTable plain(Matrix values) {
  DelimitedTable table;
  table.values = std::move(values);
  return table;
}

DelimitedTable readTable(const std::string& text, const TableOptions& options) {
  const Spec spec = parseSpec(text);
  const std::string extension = lowerExtension(spec.path);
  std::error_code error;
  const std::string types = "; allowed: .npy, .csv, .tsv, .txt, .mat";
  if (extension.empty() && !std::filesystem::exists(spec.path, error))
    throw InputError("there is no file " + text + types);
  if (extension == ".npy") return plain(readNpy(spec.path));
  if (extension == ".mat") return plain(readMat(spec.path, spec.variable));
  if (extension == ".csv" || extension == ".tsv" || extension == ".txt")
    return readDelimited(spec.path, options);
  throw InputError(
      text + (extension.empty() ? " has no file type" : " has the file type \"" + extension + "\"") + types);
}

void addNotes(std::vector<std::string>* to, const std::vector<std::string>& notes) {
  if (to) to->insert(to->end(), notes.begin(), notes.end());
}

}  // namespace

Recording readRecording(const std::string& spec, const RecordingOptions& options, const Progress& progress) {
  DelimitedTable table = readTable(spec, options.table);
  progress.throwIfStopped();
  Recording recording;
  recording.source = spec;
  recording.notes = std::move(table.notes);
  if (options.timeInColumns) {
    recording.activity = std::move(table.values);
    recording.channelNames = std::move(table.rowNames);
  } else {
    recording.activity = largeMatrix(table.values.cols(), table.values.rows());
    inPieces(table.values.rows(), progress, [&](Index first, Index count) {
      recording.activity.middleCols(first, count) = table.values.middleRows(first, count).transpose();
    });
    recording.channelNames = std::move(table.columnNames);
    recording.interval = table.interval;
    recording.intervalUnit = table.intervalUnit;
  }
  requireUsable(recording, options.missingAllowed);
  if (auto wide = wideRecordingWarning(recording, options.timeInColumns); !wide.empty())
    recording.notes.push_back(std::move(wide));
  return recording;
}

Matrix readMatrixFile(const std::string& spec, std::vector<std::string>* notes, const TableOptions& options) {
  DelimitedTable table = readTable(spec, options);
  addNotes(notes, table.notes);
  return std::move(table.values);
}

Matrix readSquareMatrix(const std::string& spec, std::vector<std::string>* notes) {
  DelimitedTable table = readTable(spec, {});
  // A matrix may have a column that rises.
  if (table.values.rows() == table.values.cols() + 1 || table.interval != 0) {
    TableOptions all;
    all.indexColumn = "none";
    DelimitedTable whole = readTable(spec, all);
    if (whole.values.rows() == whole.values.cols()) table = std::move(whole);
  }
  addNotes(notes, table.notes);
  const Matrix& matrix = table.values;
  if (matrix.rows() != matrix.cols() || matrix.rows() < 1)
    throw InputError(spec + " is " + std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols()) +
                     "; allowed: a square matrix");
  for (Index j = 0; j < matrix.cols(); ++j)
    for (Index i = 0; i < matrix.rows(); ++i)
      if (!std::isfinite(matrix(i, j)))
        throw InputError(spec + " has the value " + toText(matrix(i, j)) + " in row " +
                         std::to_string(i + 1) + ", column " + std::to_string(j + 1) +
                         "; allowed: finite numbers");
  return std::move(table.values);
}

}  // namespace keyhole
