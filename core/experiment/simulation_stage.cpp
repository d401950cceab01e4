// The simulation stage: one pass over the teacher for what is displayed and for the sums of the MAP fit.
#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/quiet_progress.h"
#include "core/experiment/displayed_run.h"
#include "core/experiment/experiment_stages.h"
#include "core/simulation/trajectory_sums.h"

#include <future>

namespace keyhole::stages {
namespace {

constexpr Index kEarly = 4;  // an early picture rests on one step in so many, and all displayed ones
constexpr Index kRecordingBlock = 4096;

Matrix inputsOf(const SimulationStage& stage, Index first, Index n) {
  return stage.signal.size() > 0 ? Matrix(stage.signal.segment(first, n).transpose()) : Matrix(0, n);
}

// The first recorded states.
struct Display {
  SimulationStage& stage;
  Index filled = 0;  // columns so far

  void add(const StateBlock& block) {
    // Column 0 repeats the last column of the block before.
    const Index room = std::min(block.first + block.states.cols(), stage.display.cols()) - block.first;
    if (room <= 0) return;
    stage.display.middleCols(block.first, room) =
        (stage.kept.empty() ? block.inUnits() : block.ofUnits(stage.kept)).leftCols(room);
    filled = block.first + room;
  }
};

// The teacher once more, or for the first time, into what the sink makes of it. Sums over all units take as
// long as the steps: then the teacher runs ahead on the other core.
bool streamed(const SimulationStage& stage, const Settings& settings, const Teacher& teacher, bool ahead,
              const StateSink& sink, Progress& progress) {
  const auto options = simulationOptions(settings);
  return (ahead ? simulateAhead : simulate)(teacher, options, stage.signal, sink, progress);
}

std::optional<RegressionSums>& slotOf(SimulationStage& stage, Nonlinearity phi) {
  return phi == Nonlinearity::tanh ? stage.tanhSums : stage.linearSums;
}

Index inputCount(const SimulationStage& stage) {
  return stage.signal.size() > 0 ? 1 : 0;
}

// also: called after each block with the sums so far.
void streamAll(SimulationStage& stage, const Settings& settings, const Teacher& teacher, Nonlinearity phi,
               const std::function<void(const StateBlock&, const TrajectorySums&)>& also,
               Progress& progress) {
  TrajectorySums sums(stage.units, inputCount(stage), stage.alpha, phi);
  const auto sink = [&](const StateBlock& block) {
    sums.add(block, inputsOf(stage, block.first, block.states.cols() - 1));
    if (also) also(block, sums);
  };
  stage.diverged = !streamed(stage, settings, teacher, true, sink, progress);
  slotOf(stage, phi) = sums.inUnits();
}

void streamSeen(SimulationStage& stage, const Settings& settings, const Teacher& teacher,
                const SumsWanted& wanted, const std::function<void(const StateBlock&)>& also,
                Progress& progress) {
  SeenSums seen{wanted.units, *wanted.phi,
                emptySums(static_cast<Index>(wanted.units.size()), inputCount(stage))};
  const auto sink = [&](const StateBlock& block) {
    accumulate(seen.sums, block.ofUnits(seen.units), inputsOf(stage, block.first, block.states.cols() - 1),
               stage.alpha, seen.phi);
    if (also) also(block);
  };
  stage.diverged = !streamed(stage, settings, teacher, false, sink, progress);
  stage.seenSums = std::move(seen);
}

// What is displayed of the teacher, besides its states.
void completeDisplay(SimulationStage& stage, const Teacher& teacher, const SimulationOptions& options,
                     Matrix noise) {
  const Index columns = stage.display.cols();
  stage.displayNoise = std::move(noise);
  stage.displayNoise.conservativeResize(Eigen::NoChange, columns - 1);
  if (const Index stride = roughStride(stage.alpha, columns); stride > 1)
    stage.roughNoise = groupMeans(stage.displayNoise, stride);
  if (stage.signal.size() == 0) return;
  stage.readout = stage.display.transpose() * teacher.readoutWeights;
  stage.target = idealIntegrator(stage.signal, options.inputScale, options.alpha).head(columns);
}

// The seen units of a teacher of many, of which alone the states and the sums are kept.
std::vector<Index> keptUnits(const Settings& settings, Index units) {
  auto seen = seenUnits(settings, units);
  if (const auto d = static_cast<Index>(seen.size()); d > kMostUnits)
    throw InputError(std::to_string(d) + " of " + std::to_string(units) +
                     " units are seen; allowed: at most " + std::to_string(kMostUnits) + " of so many");
  return seen;
}

// tanh outside of the recurrent sum leaves the span in which the run is followed.
void requireLatents(const Teacher& teacher) {
  if (teacher.options.convention == Convention::leakyRate && teacher.options.phi != Nonlinearity::linear)
    throw InputError("the teacher has " + std::to_string(teacher.network.size()) +
                     " units and leaky-rate dynamics; allowed with more than " + std::to_string(kMostUnits) +
                     ": standard dynamics, or linear units");
}

// One run of the teacher into a stage.
class TeacherRun {
 public:
  TeacherRun(SimulationStage& stage, const Settings& settings, const Teacher& teacher, Progress& progress)
      : m_stage(stage),
        m_settings(settings),
        m_teacher(teacher),
        m_options(simulationOptions(settings)),
        m_progress(progress),
        m_quiet(progress) {
    stage.units = teacher.network.size();
    stage.steps = m_options.steps;
    if (m_options.task == TaskKind::integration && teacher.integrationMode.size() > 0)
      stage.signal = integrationSignal(m_options.steps, m_options.seed);
    if (hasManyUnits(teacher.network)) {
      requireLatents(teacher);
      stage.kept = keptUnits(settings, stage.units);
      m_latents.emplace(teacher.network, std::min(m_options.steps, kDisplaySteps));
    }
    const Index rows = stage.kept.empty() ? stage.units : static_cast<Index>(stage.kept.size());
    stage.display.resize(rows, std::min(m_options.steps, kDisplaySteps));
    m_noise = std::async(inParallelPiece() ? std::launch::deferred : std::launch::async,
                         [this, count = stage.display.cols() - 1] { return noise(count); });
  }

  void run(SumsWanted wanted, const EarlyPicture& early) {
    const auto show = [&](const StateBlock& block) {
      m_display.add(block);
      if (m_latents) m_latents->add(block);
    };
    if (!m_stage.kept.empty()) wanted.units = m_stage.kept;
    if (!wanted.phi)
      m_stage.diverged = !streamed(m_stage, m_settings, m_teacher, false, show, m_progress);
    else if (!wanted.units.empty())
      streamSeen(m_stage, m_settings, m_teacher, wanted, show, m_progress);
    else
      runWithSums(*wanted.phi, early);
    m_stage.display.conservativeResize(Eigen::NoChange, m_display.filled);
    if (m_latents && m_display.filled > 0)
      m_stage.latents = std::make_shared<const LatentRun>(m_latents->run());
    if (m_display.filled >= 2 && m_noise.valid())
      completeDisplay(m_stage, m_teacher, m_options, m_noise.get());
  }

  // Seconds of the run that went into the early picture.
  double elsewhere() const { return m_elsewhere; }

 private:
  void runWithSums(Nonlinearity phi, const EarlyPicture& early) {
    bool awaited = static_cast<bool>(early);
    const auto also = [&](const StateBlock& block, const TrajectorySums& sums) {
      m_display.add(block);
      const bool full = m_display.filled == m_stage.display.cols();
      if (!awaited || !full || sums.count() < m_stage.steps / kEarly) return;
      awaited = false;
      completeDisplay(m_stage, m_teacher, m_options, m_noise.get());
      auto soFar = std::make_shared<SimulationStage>(m_stage);
      slotOf(*soFar, phi) = sums.inUnits();
      soFar->unfinished = true;
      soFar->displayBounds = {0, soFar->display.cols()};
      const auto start = Clock::now();
      early(std::move(soFar));
      m_elsewhere = secondsSince(start);
    };
    streamAll(m_stage, m_settings, m_teacher, phi, also, m_progress);
  }

  // σ ξ of the first `count` recorded steps, in pieces that can be stopped.
  Matrix noise(Index count) {
    constexpr Index kPiece = 512;
    Matrix drawn(m_stage.display.rows(), count);
    for (Index first = 0; first < count; first += kPiece) {
      m_quiet.checkpoint(0, "drawing the noise");
      const Index n = std::min(kPiece, count - first);
      const Index step = m_options.burnIn + first;
      drawn.middleCols(first, n) =
          m_options.sigma * (m_stage.kept.empty()
                                 ? processNoise(m_teacher, m_options.seed, step, n)
                                 : processNoise(m_teacher, m_options.seed, step, n, m_stage.kept));
    }
    return drawn;
  }

  SimulationStage& m_stage;
  const Settings& m_settings;
  const Teacher& m_teacher;
  SimulationOptions m_options;
  Progress& m_progress;
  QuietProgress m_quiet;
  Display m_display{m_stage};
  double m_elsewhere = 0;
  std::optional<LatentRecorder> m_latents;
  std::future<Matrix> m_noise;  // last: ends before the rest goes
};

void useRecording(SimulationStage& stage, const Recording& recording) {
  stage.units = recording.activity.rows();
  stage.steps = recording.activity.cols();
  stage.display = recording.activity.leftCols(std::min(stage.steps, kDisplaySteps));
  stage.displayNoise.resize(stage.units, 0);
  stage.recordedInput = recording.input;
  const Index shown = stage.display.cols();
  for (const Index bound : trialBounds(recording))
    if (bound < shown) stage.displayBounds.push_back(bound);
  // A trial of which one column would be shown has no step.
  if (stage.displayBounds.size() > 1 && shown - stage.displayBounds.back() < 2) {
    stage.display.conservativeResize(Eigen::NoChange, stage.displayBounds.back());
    return;
  }
  stage.displayBounds.push_back(shown);
}

// Trial by trial: no step leads from one into the next.
RegressionSums recordingSums(const Recording& recording, double alpha, Nonlinearity phi, Progress& progress) {
  const auto &X = recording.activity, &U = recording.input;
  const std::vector<Index> bounds = trialBounds(recording);
  const auto meansOf = [&](const Matrix& values) {
    ChannelMeans means(values.rows());
    inPieces(values.cols(), progress,
             [&](Index first, Index count) { means.add(values.middleCols(first, count)); });
    return means.values();
  };
  RegressionSums sums = shiftedSums(meansOf(X), meansOf(U), alpha, phi);
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k)
    for (Index first = bounds[k]; first + 1 < bounds[k + 1]; first += kRecordingBlock) {
      progress.checkpoint(static_cast<double>(first) / static_cast<double>(X.cols()),
                          "summing the recording");
      const Index n = std::min(kRecordingBlock, bounds[k + 1] - 1 - first);
      accumulate(sums, X.middleCols(first, n + 1),
                 U.rows() > 0 ? Matrix(U.middleCols(first, n)) : Matrix(0, n), alpha, phi);
    }
  return sums;
}

}  // namespace

SumsWanted sumsForFit(const Settings& settings) {
  if (fitMethod(settings).source != FitSource::sums) return {};
  return {mapOptions(settings).phi, {}};
}

std::shared_ptr<const SimulationStage> makeSimulation(const Settings& settings, const TeacherStage& teacher,
                                                      const SumsWanted& wanted, Progress& progress,
                                                      const EarlyPicture& early) {
  const auto start = Clock::now();
  auto stage = std::make_shared<SimulationStage>();
  stage->alpha = settings.number("simulation.alpha");
  double elsewhere = 0;
  if (teacher.recording) {
    useRecording(*stage, *teacher.recording);
  } else {
    TeacherRun run(*stage, settings, *teacher.teacher, progress);
    run.run(wanted, early);
    elsewhere = run.elsewhere();
    stage->displayBounds = {0, stage->display.cols()};
  }
  stage->seconds = secondsSince(start) - elsewhere;
  return stage;
}

std::shared_ptr<const SimulationStage> withSums(const std::shared_ptr<const SimulationStage>& simulation,
                                                const Settings& settings, const TeacherStage& teacher,
                                                Nonlinearity phi, Progress& progress) {
  if (phi == Nonlinearity::tanh ? simulation->tanhSums : simulation->linearSums) return simulation;
  const bool many = !simulation->kept.empty();
  if (many && simulation->seenSums && simulation->seenSums->phi == phi) return simulation;
  auto extended = std::make_shared<SimulationStage>(*simulation);
  extended->seenSums.reset();
  if (many)
    streamSeen(*extended, settings, *teacher.teacher, {phi, extended->kept}, {}, progress);
  else if (teacher.recording)
    slotOf(*extended, phi) = recordingSums(*teacher.recording, extended->alpha, phi, progress);
  else
    streamAll(*extended, settings, *teacher.teacher, phi, {}, progress);
  return extended;
}

}  // namespace keyhole::stages
