#include "app/cli/fit_trials.h"

#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/fitting/input_notes.h"
#include "core/observation/rising_channels.h"

#include <cmath>
#include <utility>

namespace keyhole::cli {
namespace {

std::string counted(Index count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

void requireSame(Index count, Index first, const std::string& what, const std::string& file,
                 const std::string& firstFile) {
  if (count == first) return;
  throw InputError(file + " has " + counted(count, what) + " and " + firstFile + " has " +
                   std::to_string(first) + "; allowed: the same number in all files");
}

// Leaves the first channels only.
void keepFirst(Recording& recording, Index kept) {
  recording.activity.conservativeResize(kept, Eigen::NoChange);
  if (!recording.channelNames.empty()) recording.channelNames.resize(static_cast<std::size_t>(kept));
}

std::vector<Recording> readRecordings(const FitFiles& files, const Progress& progress) {
  std::vector<Recording> recordings;
  for (const auto& file : files.recordings) {
    RecordingOptions reading = files.reading;
    if (!files.inputs.empty()) reading.input = files.inputs[recordings.size()];
    recordings.push_back(readRecording(file, reading, progress));
    requireSame(recordings.back().activity.rows(), recordings.front().activity.rows(), "neuron", file,
                files.recordings.front());
  }
  return recordings;
}

// A channel that is constant in one trial may vary in another: asked of all of them together.
std::string constantWarning(const std::vector<Recording>& recordings) {
  if (recordings.size() == 1) return constantChannelWarning(recordings.front());
  Index timepoints = 0;
  for (const auto& recording : recordings) timepoints += recording.activity.cols();
  Recording all = {Matrix(recordings.front().activity.rows(), timepoints), recordings.front().channelNames,
                   recordings.front().source};
  Index at = 0;
  for (const auto& recording : recordings) {
    all.activity.middleCols(at, recording.activity.cols()) = recording.activity;
    at += recording.activity.cols();
  }
  return constantChannelWarning(all);
}

std::string namesWarning(const std::vector<Recording>& recordings) {
  const auto& first = recordings.front();
  for (const auto& recording : recordings)
    if (!first.channelNames.empty() && !recording.channelNames.empty() &&
        recording.channelNames != first.channelNames)
      return "the columns of " + recording.source + " have other names than those of " + first.source +
             "; they were taken for the same neurons in the same order";
  return {};
}

// What was said when the files were read, and the time between samples, if the files agree on it.
void takeReading(const std::vector<Recording>& recordings, FitTrials& data) {
  for (const auto& recording : recordings) {
    data.warnings.insert(data.warnings.end(), recording.notes.begin(), recording.notes.end());
    if (recording.intervalUnit != "s") continue;
    constexpr double kAlike = 0.01;
    if (data.seconds > 0 && std::abs(recording.interval - data.seconds) > kAlike * data.seconds)
      data.warnings.push_back(recording.source + " has " + toText(recording.interval) +
                              " s between two samples, and the files before have " + toText(data.seconds) +
                              " s; a fit takes all steps as equal");
    else if (data.seconds == 0)
      data.seconds = recording.interval;
  }
}

// The trials of one file, with their inputs; the recording's samples go into them.
void addTrials(Recording& recording, std::size_t k, const FitFiles& files, FitTrials& data) {
  const std::vector<Index> bounds = trialBounds(recording);
  const std::size_t n = bounds.size() - 1;
  for (std::size_t i = 0; i < n; ++i) {
    const Index T = bounds[i + 1] - bounds[i];
    Trial trial{Matrix(), Matrix(0, T)};
    if (recording.input.rows() > 0) trial.input = recording.input.middleCols(bounds[i], T);
    if (!data.trials.empty())
      requireSame(trial.input.rows(), data.trials.front().input.rows(), "input",
                  files.inputs.empty() ? "" : files.inputs[k],
                  files.inputs.empty() ? "" : files.inputs.front());
    if (n == 1)
      trial.activity = std::move(recording.activity);
    else
      trial.activity = recording.activity.middleCols(bounds[i], T);
    data.trials.push_back(std::move(trial));
    data.trialNames.push_back(recording.source + (n == 1 ? "" : ", trial " + std::to_string(i + 1)));
  }
}

}  // namespace

void separateRecordings(FitFiles& files) {
  auto& inputs = files.inputs;
  if (!files.recordings.empty() || inputs.size() % 2 == 1) return;
  const auto half = inputs.begin() + static_cast<std::ptrdiff_t>(inputs.size() / 2);
  files.recordings.assign(half, inputs.end());
  inputs.erase(half, inputs.end());
}

FitTrials readTrials(const FitFiles& files, const Progress& progress) {
  if (!files.inputs.empty() && files.inputs.size() != files.recordings.size())
    throw InputError("--input names " + counted(static_cast<Index>(files.inputs.size()), "file") + " for " +
                     counted(static_cast<Index>(files.recordings.size()), "recording") +
                     "; allowed: one per recording, in the same order");
  std::vector<Recording> recordings = readRecordings(files, progress);
  FitTrials data;
  data.files = files.recordings;
  data.inputs = files.inputs;
  if (!files.observed.empty()) {
    data.observed = countOption("--observed", files.observed, recordings.front().activity.rows(),
                                ", the neurons of " + files.recordings.front());
    for (auto& recording : recordings) keepFirst(recording, *data.observed);
  }
  takeReading(recordings, data);
  for (auto& warning : {doubtfulNamesWarning(recordings.front()), constantWarning(recordings),
                        namesWarning(recordings), risingChannelWarning(recordings.front())})
    if (!warning.empty()) data.warnings.push_back(warning);
  progress.throwIfStopped();
  for (std::size_t k = 0; k < recordings.size(); ++k) addTrials(recordings[k], k, files, data);
  for (auto& warning : rareInputChanges(data.trials)) data.warnings.push_back(std::move(warning));
  return data;
}

RecordedTrials recordedTrials(const FitTrials& data) {
  RecordedTrials recorded;
  for (const auto& trial : data.trials)
    recorded.trials.emplace_back(trial.activity.data(), trial.activity.rows(), trial.activity.cols());
  recorded.source = data.files.front();
  recorded.seconds = data.seconds;
  return recorded;
}

}  // namespace keyhole::cli
