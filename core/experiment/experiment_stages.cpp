#include "core/experiment/experiment_stages.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/experiment/settings/recording_options.h"
#include "core/fitting/input_notes.h"
#include "core/io/formats.h"
#include "core/io/recording_file.h"

namespace keyhole::stages {
namespace {

// Of the inputs of all trials, once: no fit changes them.
std::vector<std::string> inputWarnings(const Recording& recording) {
  std::vector<Trial> inputs;
  const std::vector<Index> bounds = trialBounds(recording);
  for (std::size_t k = 0; k + 1 < bounds.size() && recording.input.rows() > 0; ++k)
    inputs.push_back({Matrix(), recording.input.middleCols(bounds[k], bounds[k + 1] - bounds[k])});
  return rareInputChanges(inputs);
}

}  // namespace

std::shared_ptr<const TeacherStage> makeTeacher(const Settings& settings, const Progress& progress) {
  const auto start = Clock::now();
  auto stage = std::make_shared<TeacherStage>();
  if (isRecording(settings)) {
    const std::string& file = settings.text("teacher.file");
    if (file.empty())
      throw InputError("teacher.file is empty; allowed: the path of a recording (" + extensionList() + ")");
    stage->recording = readRecording(file, recordingOptions(settings), progress);
    stage->hash = fingerprint(*stage->recording);
    stage->firstMissing = firstMissing(stage->recording->activity);
    stage->warnings = recordingWarnings(*stage->recording);
    for (auto& warning : inputWarnings(*stage->recording)) stage->warnings.push_back(std::move(warning));
    stage->summary =
        std::make_shared<const RecordingSummary>(summarise(recordedTrials(*stage->recording), progress));
  } else {
    stage->teacher = buildTeacher(teacherOptions(settings, &stage->warnings));
  }
  stage->seconds = secondsSince(start);
  return stage;
}

std::shared_ptr<const ObservationStage> makeObservation(const Settings& settings,
                                                        const SimulationStage& simulation) {
  const auto start = Clock::now();
  auto stage = std::make_shared<ObservationStage>();
  stage->seen = seenUnits(settings, simulation.units);
  stage->seconds = secondsSince(start);
  return stage;
}

}  // namespace keyhole::stages
