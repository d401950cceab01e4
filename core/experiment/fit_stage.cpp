// The fit stage: from what is seen to a student, by every method.
#include "core/common/clock.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/mean_note.h"
#include "core/fitting/regression/nested_map.h"
#include "core/simulation/simulate.h"

#include <stdexcept>

namespace keyhole::stages {
namespace {

// Whether a MAP fit is taken from those of all numbers of units: that of most of many units costs less then,
// even with the factorisation, while that of a few would pay for all.
bool nestedPays(Index seen, Index units) {
  constexpr Index kFew = 128, kMost = 1000;
  return seen >= kFew && units <= kMost && 5 * seen >= 3 * units;
}

bool hasInput(const SimulationStage& simulation) {
  return simulation.signal.size() > 0 || simulation.recordedInput.rows() > 0;
}

// The fit is given the task's input, or the recording's, if there is one and the user wants it.
bool usesInput(const Settings& settings, const SimulationStage& simulation) {
  return hasInput(simulation) && settings.flag("fit.use_input");
}

Student notFitted(FitStatus status, const std::string& message, double alpha) {
  Student student;
  student.alpha = alpha;
  student.summary.status = status;
  student.summary.message = message;
  return student;
}

RegressionSums withoutInput(RegressionSums sums) {
  sums.PU.resize(sums.S.rows(), 0);
  sums.XU.resize(sums.S.rows(), 0);
  sums.UU.resize(0, 0);
  sums.inputSum.resize(0);
  if (sums.phiShift.size() > 0) sums.inputShift.resize(0);
  return sums;
}

// What the MAP fits of every number of units have in common: what is known already if that serves. Null
// where it would not pay: a chosen list, more units than anyone factorises while a slider moves, a part of a
// simulation, or with a constant drive; a recording's fit looks at each set of units by itself anyway.
std::shared_ptr<const NestedMap> nestedFor(const Settings& settings, const SimulationStage& simulation,
                                           std::shared_ptr<const NestedMap> known) {
  const auto options = mapOptions(settings);
  const auto& sums = options.phi == Nonlinearity::tanh ? simulation.tanhSums : simulation.linearSums;
  const Index D = simulation.units;
  if (!sums || sums->S.rows() != D || sums->count == 0 || simulation.unfinished || !nestedPays(D, D) ||
      isRecording(settings) || options.offset || !problems(options).empty())
    return nullptr;
  auto order = nestedOrder(settings, D);
  if (order.empty()) return nullptr;
  const bool withInput = usesInput(settings, simulation);
  if (known && known->servesFor(order, options, withInput ? sums->UU.rows() : 0)) return known;
  return std::make_shared<const NestedMap>(withInput ? *sums : withoutInput(*sums), std::move(order),
                                           options);
}

Student fitByMap(const Settings& settings, const SimulationStage& simulation,
                 const ObservationStage& observation, bool recorded,
                 std::shared_ptr<const NestedMap>& nested) {
  const auto options = mapOptions(settings);
  const auto& sums = options.phi == Nonlinearity::tanh ? simulation.tanhSums : simulation.linearSums;
  const auto& some = simulation.seenSums;
  const bool first = !sums && some && some->phi == options.phi && some->units == observation.seen;
  if (!first && !sums) throw std::logic_error("the sums of the MAP fit were not collected");
  const Index count = first ? some->sums.count : sums->count;
  if (count == 0)
    return notFitted(FitStatus::diverged,
                     "the teacher left the finite range at once, so there is nothing to fit", options.alpha);
  const bool withInput = usesInput(settings, simulation);
  const auto chosen = [&] {
    RegressionSums seen = first ? some->sums : selectUnits(*sums, observation.seen);
    if (!withInput) seen = withoutInput(std::move(seen));
    return seen;
  };
  const auto d = static_cast<Index>(observation.seen.size());
  const bool pays = !first && nestedPays(d, simulation.units);
  if (pays) nested = nestedFor(settings, simulation, std::move(nested));
  Student student =
      pays && nested && nested->holdsFor(observation.seen) ? nested->fit(d) : fitMap(chosen(), options);
  student.timePoints = count + 1;
  student.steps = count;
  if (recorded && hasParameters(student.summary.status)) {
    student.ridgeDominance = ridgeDominance(chosen(), options);
    for (auto& note : notesOn(chosen(), options, student.ridgeDominance))
      student.notes.push_back(std::move(note));
  }
  if (hasInput(simulation) && !withInput)
    student.notes.push_back("the task's input was not given to the fit");
  if (!recorded && settings.text("teacher.convention") == "leaky-rate" && options.phi == Nonlinearity::tanh)
    student.notes.push_back("the teacher's rates are leaky, and MAP takes φ inside of the sum: another form");
  if (!simulation.diverged && !recorded && count < simulation.steps - 1)
    student.notes.push_back("a first picture: " + std::to_string(count) + " of " +
                            std::to_string(simulation.steps - 1) + " steps have been fitted so far");
  if (simulation.diverged) student.notes.push_back("the teacher diverged; only its finite part was fitted");
  return student;
}

Student fitByLimit(const Settings& settings, const TeacherStage& teacher, const SimulationStage& simulation,
                   const ObservationStage& observation,
                   std::shared_ptr<const StationaryCovariance>& covariance) {
  if (!teacher.teacher)
    return notFitted(FitStatus::notRun, "the long-time limit needs a known teacher, and this is a recording",
                     simulation.alpha);
  if (hasManyUnits(teacher.teacher->network))
    return notFitted(FitStatus::notRun,
                     "the long-time limit needs the covariance of all units, and " +
                         std::to_string(simulation.units) + " are too many for it",
                     simulation.alpha);
  if (!covariance) {
    covariance = std::make_shared<const StationaryCovariance>(
        stationaryCovariance(*teacher.teacher, *fitMethod(settings).limit, simulation.alpha));
  }
  Student student = fitStationary(*covariance, observation.seen, simulation.alpha);
  if (auto note = stationaryNote(*teacher.teacher); !note.empty()) student.notes.push_back(std::move(note));
  return student;
}

// The seen units over the first steps, running the teacher once more where the displayed ones are too few.
Matrix seenActivityOf(const Settings& settings, const TeacherStage& teacher,
                      const SimulationStage& simulation, const ObservationStage& observation, Index steps,
                      Progress& progress) {
  const auto& seen = observation.seen;
  if (steps <= simulation.display.cols())
    return simulation.display(simulation.rowsOf(seen), Eigen::seqN(0, steps));
  auto options = simulationOptions(settings);
  options.steps = steps;
  Matrix activity(static_cast<Index>(seen.size()), steps);
  Index filled = 0;
  simulate(
      *teacher.teacher, options, simulation.signal,
      [&](const StateBlock& block) {
        activity.middleCols(block.first, block.states.cols()) = block.ofUnits(seen);
        filled = block.first + block.states.cols();
      },
      progress);
  return activity.leftCols(filled);
}

// Why a method cannot be fitted to the seen channels of a recording with gaps; empty if it can.
std::string missingForbids(const FitMethod& method, const TeacherStage& teacher,
                           const std::vector<Index>& seen) {
  if (!teacher.recording || method.missingSamples) return {};
  for (const Index channel : seen)
    if (const Index t = teacher.firstMissing[static_cast<std::size_t>(channel)]; t >= 0)
      return "the recording has missing samples (the first: channel " + std::to_string(channel + 1) +
             " at time point " + std::to_string(t + 1) + " is NaN); allowed for " +
             namesOf([](const FitMethod& m) { return m.missingSamples; }) + " alone";
  return {};
}

Student fitByTrials(const Settings& settings, const TeacherStage& teacher, const SimulationStage& simulation,
                    const ObservationStage& observation, Progress& progress) {
  const auto trials = trialsOf(settings, teacher, simulation, observation, progress);
  const Index steps = transitionsOf(trials) + static_cast<Index>(trials.size());
  if (trials.front().activity.cols() < 2)
    return notFitted(FitStatus::diverged,
                     "the teacher left the finite range at once, so there is nothing to fit",
                     simulation.alpha);
  Student student = fitTrials(settings, trials, progress);
  if (hasInput(simulation) && trials.front().input.rows() == 0)
    student.notes.push_back("the task's input was not given to the fit");
  if (simulation.steps > steps)
    student.notes.push_back("the first " + std::to_string(steps) + " of " + std::to_string(simulation.steps) +
                            " steps were fitted");
  return student;
}

Student fitBy(const Settings& settings, const TeacherStage& teacher, const SimulationStage& simulation,
              const ObservationStage& observation, KeptForFits& kept, Progress& progress) {
  const FitMethod& method = fitMethod(settings);
  if (auto forbidden = missingForbids(method, teacher, observation.seen); !forbidden.empty())
    return notFitted(FitStatus::notRun, forbidden, simulation.alpha);
  switch (method.source) {
    case FitSource::sums:
      return fitByMap(settings, simulation, observation, teacher.recording.has_value(), kept.nested);
    case FitSource::teacher:
      return fitByLimit(settings, teacher, simulation, observation, kept.covariance);
    case FitSource::trials:
      break;
  }
  return fitByTrials(settings, teacher, simulation, observation, progress);
}

}  // namespace

KeptForFits keptForFits(const Settings& settings, const SimulationStage& simulation) {
  return {nullptr, nestedFor(settings, simulation, nullptr)};
}

Matrix studentInput(const Settings& settings, const SimulationStage& simulation) {
  if (!usesInput(settings, simulation)) return Matrix(0, simulation.steps);
  if (simulation.recordedInput.rows() > 0) return simulation.recordedInput;
  const Vector& signal = simulation.signal;
  const bool divided = fitMethod(settings).source == FitSource::trials;
  const double scale = divided ? signal.cwiseAbs().maxCoeff() : 1.0;
  return (signal / scale).transpose();
}

std::vector<Trial> trialsOf(const Settings& settings, const TeacherStage& teacher,
                            const SimulationStage& simulation, const ObservationStage& observation,
                            Progress& progress) {
  const Index steps = std::min<Index>(settings.integer("fit.steps"), simulation.steps);
  const Matrix input = studentInput(settings, simulation);
  if (!teacher.recording) {
    Trial trial;
    trial.activity = seenActivityOf(settings, teacher, simulation, observation, steps, progress);
    trial.input = input.leftCols(trial.activity.cols());
    return {std::move(trial)};
  }
  const Matrix& activity = teacher.recording->activity;
  const std::vector<Index> bounds = trialBounds(*teacher.recording);
  std::vector<Trial> trials;
  // A trial of which one time point is left has no step.
  for (std::size_t k = 0; k + 1 < bounds.size() && steps - bounds[k] >= 2; ++k) {
    const Index first = bounds[k], count = std::min(bounds[k + 1], steps) - first;
    trials.push_back({activity(observation.seen, Eigen::seqN(first, count)), input.middleCols(first, count)});
  }
  return trials;
}

std::vector<Trial> displayedTrials(const Experiment& experiment) {
  const auto& simulation = *experiment.simulation;
  const auto rows = simulation.rowsOf(experiment.observation->seen);
  const Matrix input = studentInput(experiment.settings, simulation);
  std::vector<Trial> trials;
  for (std::size_t k = 0; k + 1 < simulation.displayBounds.size(); ++k) {
    const Index first = simulation.displayBounds[k], count = simulation.displayBounds[k + 1] - first;
    trials.push_back({simulation.display(rows, Eigen::seqN(first, count)), input.middleCols(first, count)});
  }
  return trials;
}

std::vector<Trial> fittedTrials(const Experiment& experiment, Progress& progress) {
  const Settings& settings = experiment.settings;
  if (fitMethod(settings).source == FitSource::trials)
    return trialsOf(settings, *experiment.teacher, *experiment.simulation, *experiment.observation, progress);
  const Recording& recording = *experiment.teacher->recording;
  const std::vector<Index> bounds = trialBounds(recording);
  const Matrix input = studentInput(settings, *experiment.simulation);
  std::vector<Trial> trials;
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    const Index first = bounds[k], count = bounds[k + 1] - first;
    trials.push_back({recording.activity(experiment.observation->seen, Eigen::seqN(first, count)),
                      input.middleCols(first, count)});
  }
  return trials;
}

namespace {

Index longestTrial(const Recording& recording) {
  const std::vector<Index> bounds = trialBounds(recording);
  Index longest = 0;
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) longest = std::max(longest, bounds[k + 1] - bounds[k]);
  return longest;
}

}  // namespace

std::shared_ptr<const FitStage> makeFit(const Settings& settings, const TeacherStage& teacher,
                                        const SimulationStage& simulation,
                                        const ObservationStage& observation, KeptForFits kept,
                                        Progress& progress) {
  const auto start = Clock::now();
  auto stage = std::make_shared<FitStage>();
  stage->kept = std::move(kept);
  stage->student = fitBy(settings, teacher, simulation, observation, stage->kept, progress);
  stage->student.seen = static_cast<Index>(observation.seen.size());
  if (teacher.recording && fitMethod(settings).source == FitSource::sums)
    stage->student.timePoints = longestTrial(*teacher.recording);
  stage->student.alphaAssumed = alphaIsAssumed(settings);
  if (stage->student.summary.status == FitStatus::stopped) stage->interrupted = !progress.grantStop();
  stage->seconds = secondsSince(start);
  return stage;
}

}  // namespace keyhole::stages
