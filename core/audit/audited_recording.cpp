#include "core/audit/audited_recording.h"

#include "core/common/error.h"
#include "core/experiment/settings/recording_options.h"
#include "core/io/recording_file.h"

#include <algorithm>

namespace keyhole {

RecordedTrials AuditedRecording::recorded() const {
  RecordedTrials made;
  for (const auto& trial : trials)
    made.trials.emplace_back(trial.activity.data(), trial.activity.rows(), trial.activity.cols());
  made.source = source;
  made.seconds = seconds;
  return made;
}

Sampling AuditedRecording::sampling(bool alphaAssumed) const {
  Index longest = 0;
  for (const auto& trial : trials) longest = std::max(longest, trial.activity.cols());
  return {std::max<Index>(longest - 1, 1), seconds, alphaAssumed};
}

AuditedRecording readAudited(const Settings& settings, const Progress& progress) {
  if (settings.text("teacher.kind") != "recording")
    throw InputError("teacher.kind is " + settings.text("teacher.kind") +
                     "; allowed for an audit: recording (the truth of a known circuit is shown as it is)");
  const RecordingOptions reading = recordingOptions(settings);
  Recording recording = readRecording(settings.text("teacher.file"), reading, progress);
  AuditedRecording made;
  made.warnings = recordingWarnings(recording);
  made.source = recording.source;
  made.steps = reading.steps;
  if (recording.intervalUnit == "s") made.seconds = recording.interval;
  const auto bounds = trialBounds(recording);
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    const Index first = bounds[k], T = bounds[k + 1] - first;
    made.trials.push_back(
        {Matrix(recording.activity.middleCols(first, T)),
         recording.input.rows() > 0 ? Matrix(recording.input.middleCols(first, T)) : Matrix(0, T)});
  }
  made.hash = hashOf(made.trials);
  return made;
}

std::string hashOf(const std::vector<Trial>& trials) {
  Recording all;
  Index T = 0;
  for (const auto& trial : trials) T += trial.activity.cols();
  all.activity.resize(trials.front().activity.rows(), T);
  Index at = 0;
  for (const auto& trial : trials) {
    all.activity.middleCols(at, trial.activity.cols()) = trial.activity;
    at += trial.activity.cols();
    all.trialLengths.push_back(trial.activity.cols());
  }
  return fingerprint(all);
}

}  // namespace keyhole
