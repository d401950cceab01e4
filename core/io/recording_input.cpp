#include "core/io/recording_input.h"

#include "core/common/error.h"
#include "core/io/formats.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

// The input of one trial as m x T, from T rows (or a single row of T numbers).
Matrix inputOf(Matrix input, Index T, const std::string& file, const std::string& trial) {
  if (input.rows() == 1 && T > 1) input.transposeInPlace();
  if (input.rows() != T)
    throw InputError("the input " + file + " has " + std::to_string(input.rows()) +
                     " rows; allowed: " + std::to_string(T) + ", one per time point of " + trial);
  for (Index j = 0; j < input.cols(); ++j)
    for (Index t = 0; t < T; ++t)
      if (!std::isfinite(input(t, j)))
        throw InputError("the input " + file + " has the value " + toText(input(t, j)) + " in row " +
                         std::to_string(t + 1) + ", column " + std::to_string(j + 1) +
                         "; allowed: finite numbers");
  return input.transpose();
}

}  // namespace

Matrix readInputOf(Recording& recording, const std::string& spec, const TableOptions& table) {
  FileData data = readFileData(spec, {table, false, 0});
  // One file says the same of both, such as its rate.
  for (const auto& note : data.notes)
    if (std::find(recording.notes.begin(), recording.notes.end(), note) == recording.notes.end())
      recording.notes.push_back(note);
  if (data.turned)
    for (auto& trial : data.trials) trial = trial.transpose().eval();
  const std::vector<Index> bounds = trialBounds(recording);
  const std::size_t n = bounds.size() - 1;
  if (data.trials.size() == 1)
    return inputOf(std::move(data.trials.front()), bounds.back(), spec, recording.source);
  if (data.trials.size() != n)
    throw InputError("the input " + spec + " has " + std::to_string(data.trials.size()) +
                     " trials; allowed: " + std::to_string(n) + ", those of " + recording.source +
                     ", or one for all of it");
  Matrix input;
  for (std::size_t k = 0; k < n; ++k) {
    const std::string trial = "trial " + std::to_string(k + 1) + " of " + recording.source;
    const Matrix part = inputOf(std::move(data.trials[k]), bounds[k + 1] - bounds[k], spec, trial);
    if (k == 0) input.resize(part.rows(), bounds.back());
    if (part.rows() != input.rows())
      throw InputError("the input " + spec + " has " + std::to_string(part.rows()) + " columns in trial " +
                       std::to_string(k + 1) + "; allowed: " + std::to_string(input.rows()) +
                       ", as in the first");
    input.middleCols(bounds[k], part.cols()) = part;
  }
  return input;
}

}  // namespace keyhole
