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

// Whether the rows of the input are the recording's time points, by their clocks.
bool isInStep(const FileData& data, const Vector& seconds, double step) {
  const Index n = data.trials.front().rows();
  if (n != seconds.size()) return false;
  for (Index k = 0; k < n; ++k)
    if (std::abs(secondsOf(data, k, data.interval) - seconds(k)) > 0.5 * step) return false;
  return true;
}

// T x m: the input at the recording's time points, each of which lasts for `step`.
Matrix broughtTo(const FileData& data, const Vector& seconds, double step, const std::string& spec) {
  const Matrix& from = data.trials.front();
  Vector times(from.rows());
  for (Index k = 0; k < times.size(); ++k) times(k) = secondsOf(data, k, data.interval);
  Matrix input(seconds.size(), from.cols());
  const double early = 1e-6 * std::min(step, data.interval);
  const auto firstFrom = [&](double time) {
    return std::lower_bound(times.data(), times.data() + times.size(), time - early) - times.data();
  };
  for (Index t = 0; t < seconds.size(); ++t) {
    const Index first = firstFrom(seconds(t)), behind = firstFrom(seconds(t) + step);
    if (behind > first) {
      input.row(t) = from.middleRows(first, behind - first).colwise().mean();
    } else if (first > 0 && seconds(t) - times(first - 1) <= 1.5 * data.interval) {
      input.row(t) = from.row(first - 1);
    } else {
      throw InputError("the input " + spec + " has no sample at " + toText(seconds(t)) +
                       " s, where the recording has one (it goes from " + toText(times(0)) + " to " +
                       toText(times(times.size() - 1)) + " s); allowed: an input at every time point");
    }
  }
  return input;
}

// The one array of an input, in the rows that are the recording's time points.
void fitToRecording(FileData& data, Recording& recording, const std::string& spec,
                    const SampleTimes& samples) {
  Matrix& input = data.trials.front();
  if (samples.seconds.size() > 0 && tellsTime(data) && !isInStep(data, samples.seconds, recording.interval)) {
    input = broughtTo(data, samples.seconds, recording.interval, spec);
    recording.notes.push_back("the input " + spec + " is sampled every " + toText(data.interval) +
                              " s and was brought to the recording's time points, every " +
                              toText(recording.interval) + " s: means, or the last sample before");
    return;
  }
  const RowCut& cut = samples.cut;
  if (cut.rows == 0 || cut.isWhole()) return;
  if (input.rows() == 1 && cut.rows > 1) input.transposeInPlace();
  if (input.rows() != cut.rows) return;
  Matrix kept(recording.activity.cols(), input.cols());
  Index at = 0;
  for (const auto& [first, last] : cut.kept) {
    kept.middleRows(at, last - first) = input.middleRows(first, last - first);
    at += last - first;
  }
  input = std::move(kept);
}

}  // namespace

Matrix readInputOf(Recording& recording, const std::string& spec, const TableOptions& table,
                   const SampleTimes& samples) {
  FileData data = readFileData(spec, {table, false, 0});
  // One file says the same of both, such as its rate.
  for (const auto& note : data.notes)
    if (std::find(recording.notes.begin(), recording.notes.end(), note) == recording.notes.end())
      recording.notes.push_back(note);
  if (data.turned)
    for (auto& trial : data.trials) trial = trial.transpose().eval();
  const std::vector<Index> bounds = trialBounds(recording);
  const std::size_t n = bounds.size() - 1;
  if (data.trials.size() == 1) fitToRecording(data, recording, spec, samples);
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
