#include "core/experiment/experiment_stages.h"

#include "core/common/error.h"
#include "core/io/recording_file.h"
#include "core/simulation/trajectory_sums.h"

#include <chrono>

namespace keyhole::stages {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Index kDisplaySteps = 5000;
constexpr Index kRecordingBlock = 4096;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Streams the teacher once into the sums and, at the start, the displayed steps.
struct Collector {
  SimulationStage& stage;
  TrajectorySums sums;
  bool keepDisplay;
  Index filled = 0;  // displayed columns so far

  void operator()(const StateBlock& block) {
    const Index n = block.states.cols() - 1;
    const Matrix inputs =
        stage.signal.size() > 0 ? Matrix(stage.signal.segment(block.first, n).transpose()) : Matrix(0, n);
    sums.add(block, inputs);
    if (!keepDisplay) return;
    // Column 0 repeats the last column of the block before.
    const Index room = std::min(block.first + n + 1, stage.display.cols()) - block.first;
    if (room <= 0) return;
    stage.display.middleCols(block.first, room) = block.inUnits().leftCols(room);
    filled = block.first + room;
  }
};

void simulateTeacher(SimulationStage& stage, const Settings& settings, const Teacher& teacher,
                     Progress& progress) {
  const auto options = simulationOptions(settings);
  stage.units = teacher.network.size();
  stage.steps = options.steps;
  const bool task = options.task == TaskKind::integration && teacher.integrationMode.size() > 0;
  if (task) stage.signal = integrationSignal(options.steps, options.seed);
  const Index shown = std::min(options.steps, kDisplaySteps);
  stage.display.resize(stage.units, shown);
  Collector collector{stage, TrajectorySums(stage.units, task ? 1 : 0, stage.alpha, teacher.options.phi),
                      true};
  stage.diverged = !simulate(
      teacher, options, stage.signal, [&](const StateBlock& b) { collector(b); }, progress);
  stage.display.conservativeResize(Eigen::NoChange, collector.filled);
  (teacher.options.phi == Nonlinearity::tanh ? stage.tanhSums : stage.linearSums) = collector.sums.inUnits();
  if (collector.filled < 2) return;
  stage.displayNoise =
      options.sigma * processNoise(teacher, options.seed, options.burnIn, collector.filled - 1);
  if (!task) return;
  stage.readout = stage.display.transpose() * teacher.readoutWeights;
  stage.target = idealIntegrator(stage.signal, options.inputScale, options.alpha).head(collector.filled);
}

void useRecording(SimulationStage& stage, const Recording& recording) {
  stage.units = recording.activity.rows();
  stage.steps = recording.activity.cols();
  const Index shown = std::min(stage.steps, kDisplaySteps);
  stage.display = recording.activity.leftCols(shown);
  stage.displayNoise.resize(stage.units, 0);
}

RegressionSums recordingSums(const Recording& recording, double alpha, Nonlinearity phi, Progress& progress) {
  const auto& X = recording.activity;
  RegressionSums sums = emptySums(X.rows(), 0);
  for (Index first = 0; first + 1 < X.cols(); first += kRecordingBlock) {
    progress.checkpoint(static_cast<double>(first) / static_cast<double>(X.cols()), "summing the recording");
    const Index n = std::min(kRecordingBlock, X.cols() - 1 - first);
    accumulate(sums, X.middleCols(first, n + 1), Matrix(0, n), alpha, phi);
  }
  return sums;
}

}  // namespace

std::shared_ptr<const TeacherStage> makeTeacher(const Settings& settings) {
  const auto start = Clock::now();
  auto stage = std::make_shared<TeacherStage>();
  if (isRecording(settings)) {
    const std::string& file = settings.text("teacher.file");
    if (file.empty())
      throw InputError("teacher.file is empty; allowed: the path of a recording (.npy, .csv, .tsv or .mat)");
    stage->recording = readRecording(file, RecordingOptions{settings.flag("teacher.transpose")});
    for (auto& warning : {doubtfulNamesWarning(*stage->recording), constantChannelWarning(*stage->recording)})
      if (!warning.empty()) stage->warnings.push_back(warning);
  } else {
    stage->teacher = buildTeacher(teacherOptions(settings));
  }
  stage->seconds = secondsSince(start);
  return stage;
}

std::shared_ptr<const SimulationStage> makeSimulation(const Settings& settings, const TeacherStage& teacher,
                                                      Progress& progress) {
  const auto start = Clock::now();
  auto stage = std::make_shared<SimulationStage>();
  stage->alpha = settings.number("simulation.alpha");
  if (teacher.recording)
    useRecording(*stage, *teacher.recording);
  else
    simulateTeacher(*stage, settings, *teacher.teacher, progress);
  stage->seconds = secondsSince(start);
  return stage;
}

std::shared_ptr<const SimulationStage> withSums(const std::shared_ptr<const SimulationStage>& simulation,
                                                const Settings& settings, const TeacherStage& teacher,
                                                Nonlinearity phi, Progress& progress) {
  const bool tanh = phi == Nonlinearity::tanh;
  if (tanh ? simulation->tanhSums.has_value() : simulation->linearSums.has_value()) return simulation;
  auto extended = std::make_shared<SimulationStage>(*simulation);
  auto& slot = tanh ? extended->tanhSums : extended->linearSums;
  if (teacher.recording) {
    slot = recordingSums(*teacher.recording, extended->alpha, phi, progress);
    return extended;
  }
  const Index inputs = extended->signal.size() > 0 ? 1 : 0;
  Collector collector{*extended, TrajectorySums(extended->units, inputs, extended->alpha, phi), false};
  simulate(
      *teacher.teacher, simulationOptions(settings), extended->signal,
      [&](const StateBlock& block) { collector(block); }, progress);
  slot = collector.sums.inUnits();
  return extended;
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
