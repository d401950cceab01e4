#include "core/experiment/recorded_verdict.h"

#include "core/experiment/experiment_stages.h"

#include <algorithm>
#include <numeric>

namespace keyhole {
namespace {

// Its beginning, side by side.
Recording beginningOf(const FittedRecording& fitted) {
  Recording recording;
  const Trial& first = fitted.trials.front();
  Index shown = 0;
  for (const Trial& trial : fitted.trials) {
    if (shown >= stages::kDisplaySteps) break;
    recording.trialLengths.push_back(std::min(trial.activity.cols(), stages::kDisplaySteps - shown));
    shown += recording.trialLengths.back();
  }
  recording.activity.resize(first.activity.rows(), shown);
  recording.input.resize(first.input.rows(), shown);
  Index at = 0;
  for (std::size_t k = 0; k < recording.trialLengths.size(); ++k) {
    const Index count = recording.trialLengths[k];
    recording.activity.middleCols(at, count) = fitted.trials[k].activity.leftCols(count);
    recording.input.middleCols(at, count) = fitted.trials[k].input.leftCols(count);
    at += count;
  }
  return recording;
}

std::shared_ptr<const SimulationStage> shownOf(const FittedRecording& fitted, const TeacherStage& teacher,
                                               const Settings& settings, Progress& progress) {
  if (fitted.trials.empty()) {
    auto nothing = std::make_shared<SimulationStage>();
    nothing->alpha = settings.number("simulation.alpha");
    return nothing;
  }
  auto stage = std::make_shared<SimulationStage>(*stages::makeSimulation(settings, teacher, {}, progress));
  for (const Trial& trial : fitted.trials) stage->steps += trial.activity.cols();
  stage->steps -= teacher.recording->activity.cols();
  return stage;
}

std::shared_ptr<const ObservationStage> allOf(Index units) {
  auto observation = std::make_shared<ObservationStage>();
  observation->seen.resize(static_cast<std::size_t>(units));
  std::iota(observation->seen.begin(), observation->seen.end(), Index{0});
  return observation;
}

std::shared_ptr<const SystemAnalysis> spectrumAlone(const Spectrum& spectrum) {
  auto analysis = std::make_shared<SystemAnalysis>();
  analysis->spectrum = spectrum;
  analysis->score = lineAttractorScore(spectrum);
  return analysis;
}

}  // namespace

Verdict verdictOfRecording(const Student& student, const Spectrum& spectrum, const FittedRecording& recording,
                           const Settings& settings, Progress& progress) {
  Experiment experiment;
  experiment.asked = experiment.settings = settings;
  auto teacher = std::make_shared<TeacherStage>();
  teacher->recording = recording.trials.empty() ? Recording() : beginningOf(recording);
  if (recording.seconds > 0) {
    teacher->recording->interval = recording.seconds;
    teacher->recording->intervalUnit = "s";
  }
  experiment.teacher = teacher;
  experiment.simulation = shownOf(recording, *teacher, settings, progress);
  experiment.observation = allOf(student.seen > 0 ? student.seen : student.A.rows());
  auto fit = std::make_shared<FitStage>();
  fit->student = student;
  experiment.fit = fit;
  experiment.studentAnalysis = spectrumAlone(spectrum);
  if (!recording.trials.empty()) {
    experiment.studentAnalysis =
        stages::analyseStudent(experiment, Depth::complete, experiment.studentAnalysis.get(), progress);
    experiment.studentAttractors = stages::studentAttractors(experiment, progress);
  } else if (const auto system = studentSystem(experiment); !system || !isAffine(*system)) {
    return {};
  }
  return stages::verdictOf(experiment);
}

}  // namespace keyhole
