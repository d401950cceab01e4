#include "core/experiment/experiment.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/quiet_progress.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace keyhole {
namespace {

// Which results of the previous experiment can be used as they are; of the analyses, as far as they got.
struct Reuse {
  bool teacher = false, simulation = false, observation = false, fit = false;
  bool teacherPicture = false, studentPicture = false;
  bool freeRuns = false;
};

bool isStopped(const FitStage& fit) {
  return fit.student.summary.status == FitStatus::stopped;
}

// A fit that the user stopped is kept for other analyses; asked for with nothing changed, it runs again. The
// teacher's picture depends neither on what is seen nor on the fit.
Reuse reusable(const Settings& settings, const Experiment* previous) {
  Reuse reuse;
  if (!previous) return reuse;
  const auto fresh = [&](Stage stage) { return !staleThrough(previous->settings, settings, stage); };
  reuse.teacher = previous->teacher && fresh(Stage::recording);
  reuse.simulation = previous->simulation && !previous->simulation->unfinished &&
                     fresh(previous->simulation->kept.empty() ? Stage::simulation : Stage::observation);
  reuse.observation = previous->observation && fresh(Stage::observation);
  reuse.fit = previous->fit && !previous->fit->interrupted && fresh(Stage::fit) &&
              !(isStopped(*previous->fit) && previous->settings == settings);
  reuse.teacherPicture = previous->teacherAnalysis && reuse.simulation;
  reuse.studentPicture =
      previous->studentAnalysis && reuse.fit && sameFor(Remakes::picture, previous->settings, settings);
  reuse.freeRuns = sameFor(Remakes::freeRuns, previous->settings, settings);
  return reuse;
}

// The covariance depends on the teacher, on α and on the method, the factorisation on the simulation.
KeptForFits keptFrom(const Experiment* previous, const Settings& settings, const Reuse& reuse) {
  if (!previous || !previous->fit || !reuse.teacher) return {};
  KeptForFits kept = previous->fit->kept;
  const bool sameLimit =
      previous->settings.number("simulation.alpha") == settings.number("simulation.alpha") &&
      previous->settings.text("fit.method") == settings.text("fit.method");
  if (!sameLimit) kept.covariance = nullptr;
  if (!reuse.simulation) kept.nested = nullptr;
  return kept;
}

void runFit(Experiment& now, const Experiment* previous, const Reuse& reuse, Progress& progress) {
  const auto& settings = now.settings;
  if (reuse.fit) {
    now.fit = previous->fit;
    return;
  }
  if (const auto wanted = stages::sumsForFit(settings); wanted.phi)
    now.simulation = stages::withSums(now.simulation, settings, *now.teacher, *wanted.phi, progress);
  progress.checkpoint(0, "fitting");
  now.fit = stages::makeFit(settings, *now.teacher, *now.simulation, *now.observation,
                            keptFrom(previous, settings, reuse), progress);
}

using Analysis = std::shared_ptr<const SystemAnalysis>;

// The previous picture with free runs that are still to come.
Analysis withoutFreeRuns(const SystemAnalysis& previous) {
  auto analysis = std::make_shared<SystemAnalysis>(previous);
  analysis->limitSets.reset();
  analysis->reached = std::min(analysis->reached, Depth::measured);
  return analysis;
}

// What can be taken over from the previous pictures.
void takePictures(Experiment& now, const Experiment& previous, const Reuse& reuse) {
  const auto taken = [&](const Analysis& analysis) {
    return reuse.freeRuns ? analysis : withoutFreeRuns(*analysis);
  };
  if (reuse.teacherPicture) now.teacherAnalysis = taken(previous.teacherAnalysis);
  if (!reuse.studentPicture) return;
  now.studentAnalysis = taken(previous.studentAnalysis);
  now.studentReadout = previous.studentReadout;
}

bool lacks(const Analysis& analysis, Depth depth) {
  return !analysis || analysis->reached < depth;
}

// Whether an analysis that can be made is not yet at this depth.
bool lacks(const Experiment& now, Depth depth) {
  return (!isRecording(now.settings) && lacks(now.teacherAnalysis, depth)) ||
         (hasParameters(now.fit->student.summary.status) && lacks(now.studentAnalysis, depth));
}

// The analyses of `now` at this depth, from those it has at a lesser one.
void analyse(Experiment& now, Depth depth, Progress& progress) {
  const auto start = Clock::now();
  if (lacks(now.teacherAnalysis, depth))
    now.teacherAnalysis = stages::analyseTeacher(now, depth, now.teacherAnalysis.get(), progress);
  if (lacks(now.studentAnalysis, depth)) {
    const bool redrawn = lacks(now.studentAnalysis, Depth::picture);
    now.studentAnalysis = stages::analyseStudent(now, depth, now.studentAnalysis.get(), progress);
    if (redrawn) now.studentReadout = stages::studentReadout(now);
  }
  now.reached = depth;
  if (depth == Depth::numbers && !lacks(now, Depth::complete)) now.reached = Depth::complete;
  if (depth >= Depth::numbers && now.fit->interrupted) now.reached = Depth::sketch;
  now.verdict = stages::verdictOf(now);
  now.analysisSeconds += secondsSince(start);
}

// From the sketch to all numbers, each of which goes to the sink; the last one is left to the caller.
std::shared_ptr<Experiment> analysed(std::shared_ptr<Experiment> now, bool sketched, Progress& progress,
                                     const ExperimentSink& sink) {
  const auto give = [&](Depth depth) {
    analyse(*now, depth, progress);
    sink(now);
    now = std::make_shared<Experiment>(*now);
  };
  if (sink && !sketched && lacks(*now, Depth::sketch)) give(Depth::sketch);
  if (sink && lacks(*now, Depth::numbers)) give(Depth::picture);
  analyse(*now, Depth::numbers, progress);
  if (!lacks(*now, Depth::complete)) return now;
  if (sink) {
    sink(now);
    now = std::make_shared<Experiment>(*now);
  }
  analyse(*now, Depth::complete, progress);
  return now;
}

// Of the previous experiment if the system is the very same, else found now.
template <class Found, class Find>
std::shared_ptr<const Found> knownOrFound(const std::shared_ptr<const SystemAnalysis>& analysis,
                                          const std::shared_ptr<const SystemAnalysis>& before,
                                          const std::shared_ptr<const Found>& known, Find&& find) {
  return known && analysis && analysis == before ? known : find();
}

void addNonNormality(Experiment& now, const Experiment& before, Progress& progress) {
  now.teacherGrowth = knownOrFound(now.teacherAnalysis, before.teacherAnalysis, before.teacherGrowth,
                                   [&] { return stages::teacherGrowth(now, progress); });
  now.studentGrowth = knownOrFound(now.studentAnalysis, before.studentAnalysis, before.studentGrowth,
                                   [&] { return stages::studentGrowth(now, progress); });
  const bool same = now.teacherAnalysis == before.teacherAnalysis;
  now.overlap = knownOrFound(now.studentAnalysis, same ? before.studentAnalysis : nullptr, before.overlap,
                             [&] { return stages::overlapOf(now, progress); });
}

// What is found after the picture, of the previous experiment if its systems are the very same: then there is
// nothing to wait for.
bool takeSearched(Experiment& now, const Experiment* previous) {
  if (!previous || previous->reached < Depth::searched || now.teacherAnalysis != previous->teacherAnalysis ||
      now.studentAnalysis != previous->studentAnalysis ||
      !sameFor(Remakes::search, now.settings, previous->settings))
    return false;
  now.teacherAttractors = previous->teacherAttractors;
  now.studentAttractors = previous->studentAttractors;
  now.teacherGrowth = previous->teacherGrowth;
  now.studentGrowth = previous->studentGrowth;
  now.overlap = previous->overlap;
  if (now.reached == Depth::complete) now.reached = Depth::searched;
  now.verdict = stages::verdictOf(now);
  return true;
}

bool isPart(const std::shared_ptr<const Attractors>& attractors) {
  return attractors && attractors->isPart();
}

// The experiment with what its systems are left with, and the verdict that rests on it.
std::shared_ptr<const Experiment> withAttractors(const std::shared_ptr<const Experiment>& complete,
                                                 const Experiment* previous, Progress& progress,
                                                 const ExperimentSink& sink) {
  static const Experiment kNone;
  const bool same = previous && sameFor(Remakes::search, complete->settings, previous->settings);
  const Experiment& before = same ? *previous : kNone;
  auto next = std::make_shared<Experiment>(*complete);
  next->teacherAttractors =
      knownOrFound(next->teacherAnalysis, before.teacherAnalysis, before.teacherAttractors,
                   [&] { return stages::teacherAttractors(*next, progress); });
  if (!isPart(next->teacherAttractors))
    next->studentAttractors =
        knownOrFound(next->studentAnalysis, before.studentAnalysis, before.studentAttractors,
                     [&] { return stages::studentAttractors(*next, progress); });
  if (isPart(next->teacherAttractors) || isPart(next->studentAttractors)) {
    // Who has a picture keeps the last one that was ready.
    if (sink) throw Stopped();
    next->verdict = stages::verdictOf(*next);
    return next;
  }
  try {
    addNonNormality(*next, before, progress);
  } catch (const Stopped&) {
    if (sink) throw;  // else what the systems are left with is what was asked for
  }
  if (next->reached == Depth::complete) next->reached = Depth::searched;
  next->verdict = stages::verdictOf(*next);
  if (sink) sink(next);
  return next;
}

// Whether the steps of a run take longer than a first picture can wait for: those of many units without a
// structure of use.
bool stepsAreSlow(const Teacher& teacher) {
  constexpr Index kMany = 256;  // units: their matrix fits no core's own cache
  const auto& form = teacher.network.form();
  const auto* chain = std::get_if<ChainForm>(&form);
  return teacher.network.size() >= kMany &&
         (std::holds_alternative<DenseForm>(form) ||
          (chain && chain->U.size() > 0 && teacher.options.phi != Nonlinearity::linear));
}

// A first picture of a new teacher. Its fit rests on the sums of the seen units alone: those of all units,
// which every other keyhole needs, take longer than the simulation. Where the steps themselves take long, it
// rests on a part of them.
void giveFirstSketch(Experiment& now, Progress& progress, const ExperimentSink& sink) {
  auto first = std::make_shared<Experiment>(now);
  first->observation = stages::makeObservation(now.settings, *now.simulation);
  auto fit = std::make_shared<FitStage>(
      *stages::makeFit(now.settings, *now.teacher, *now.simulation, *first->observation, {}, progress));
  fit->interrupted = true;  // the one that follows has the same bits whatever came before
  first->fit = fit;
  analyse(*first, Depth::sketch, progress);
  now.teacherAnalysis = first->teacherAnalysis;
  sink(first);
}

// True if the sketch has been given.
bool runSimulation(Experiment& now, const Experiment* previous, const Reuse& reuse, Progress& progress,
                   const ExperimentSink& sink) {
  const Settings& settings = now.settings;
  bool sketched = false;
  if (reuse.simulation) {
    now.simulation = previous->simulation;
  } else {
    stages::SumsWanted wanted = stages::sumsForFit(settings);
    const bool wished = sink && wanted.phi && now.teacher->teacher;
    const bool inPart = wished && stepsAreSlow(*now.teacher->teacher);
    const auto sketch = [&](std::shared_ptr<const SimulationStage> simulation) {
      QuietProgress quiet(progress);  // the simulation may go on, and its progress with it
      now.simulation = std::move(simulation);
      giveFirstSketch(now, quiet, sink);
      sketched = true;
    };
    if (wished && !inPart) wanted.units = seenUnits(settings, now.teacher->teacher->network.size());
    now.simulation = stages::makeSimulation(settings, *now.teacher, wanted, progress,
                                            inPart ? stages::EarlyPicture(sketch) : nullptr);
    if (wished && !inPart) sketch(now.simulation);
  }
  now.observation =
      reuse.observation ? previous->observation : stages::makeObservation(settings, *now.simulation);
  return sketched;
}

}  // namespace

std::shared_ptr<const Experiment> runExperiment(const Settings& asked,
                                                const std::shared_ptr<const Experiment>& previous,
                                                Progress& progress, const ExperimentSink& sink) {
  const Settings settings = effective(asked);
  const Reuse reuse = reusable(settings, previous.get());
  auto now = std::make_shared<Experiment>();
  now->asked = asked;
  now->settings = settings;
  progress.checkpoint(0, "building the teacher");
  now->teacher = reuse.teacher ? previous->teacher : stages::makeTeacher(settings, progress);
  const bool sketched = runSimulation(*now, previous.get(), reuse, progress, sink);
  runFit(*now, previous.get(), reuse, progress);
  if (previous) takePictures(*now, *previous, reuse);
  now = analysed(std::move(now), sketched, progress, sink);
  const bool known = takeSearched(*now, previous.get());
  if (sink) sink(now);
  if (known) return now;
  return withAttractors(now, previous.get(), progress, sink);
}

std::optional<Sampling> samplingOf(const Experiment& experiment) {
  if (!experiment.teacher || experiment.teacher->teacher || !experiment.simulation || !experiment.fit)
    return {};
  const auto& recording = experiment.teacher->recording;
  const Index fitted = experiment.fit->student.timePoints;
  Sampling sampling;
  sampling.steps = std::max<Index>((fitted > 0 ? fitted : experiment.simulation->steps) - 1, 1);
  if (recording && recording->intervalUnit == "s") sampling.seconds = recording->interval;
  sampling.alphaAssumed = experiment.fit->student.alphaAssumed;
  return sampling;
}

VerdictOptions verdictOptionsOf(const Experiment& experiment) {
  VerdictOptions options = verdictOptions(experiment.settings);
  options.sampling = samplingOf(experiment);
  if (options.sampling)
    options.persistentTau = options.sampling->longestTold() * experiment.fit->student.alpha;
  return options;
}

bool isAwaited(const Experiment& experiment) {
  return experiment.reached < Depth::complete;
}

Index SimulationStage::rowOf(Index unit) const {
  if (kept.empty()) return unit;
  const auto found = std::find(kept.begin(), kept.end(), unit);
  if (found == kept.end()) throw std::logic_error("the states of this unit were not kept");
  return found - kept.begin();
}

std::vector<Index> SimulationStage::rowsOf(const std::vector<Index>& asked) const {
  if (kept.empty()) return asked;
  std::vector<Index> rows(asked.size());
  if (asked == kept)
    std::iota(rows.begin(), rows.end(), Index{0});
  else
    std::transform(asked.begin(), asked.end(), rows.begin(), [this](Index unit) { return rowOf(unit); });
  return rows;
}

double activityAt(const SystemAnalysis& student, Index unit, Index step) {
  return student.activity(unit, std::min(step / student.stride, student.activity.cols() - 1));
}

std::optional<FlowSystem> teacherSystem(const Experiment& experiment) {
  if (!experiment.teacher || !experiment.teacher->teacher) return {};
  const auto& teacher = *experiment.teacher->teacher;
  return FlowSystem{teacher.network, teacher.options.phi, teacher.options.convention, {}, {}};
}

std::optional<FlowSystem> studentSystem(const Experiment& experiment) {
  if (!experiment.fit || !hasParameters(experiment.fit->student.summary.status)) return {};
  return systemOf(experiment.fit->student);
}

Probe probe(const Experiment& experiment, Side plane, double x, double y) {
  constexpr Index kSteps = 2000, kWork = 400'000'000;  // steps, and units times steps
  const Index steps = std::clamp<Index>(kWork / experiment.simulation->units, 1, kSteps);
  Probe result;
  const auto teacher = teacherSystem(experiment);
  const auto student = studentSystem(experiment);
  const double alpha = experiment.simulation->alpha;
  const auto& seen = experiment.observation->seen;
  const bool known =
      plane == Side::teacher ? experiment.teacherAnalysis != nullptr : experiment.studentAnalysis != nullptr;
  if (!known) return result;
  Vector z, start;
  if (experiment.teacherAnalysis) z = experiment.teacherAnalysis->flow.plane.base;
  if (plane == Side::teacher) {
    z = liftPoint(experiment.teacherAnalysis->flow.plane, x, y);
    if (student) start = stateOf(experiment.fit->student, z(seen));
  } else {
    start = liftPoint(experiment.studentAnalysis->flow.plane, x, y);
    if (z.size() > 0) z(seen) = seenActivity(experiment.fit->student, start, Matrix());
  }
  if (teacher && experiment.teacherAnalysis)
    result.teacher = probeTrajectory(*teacher, experiment.teacherAnalysis->flow.plane, z, alpha, steps);
  if (student && experiment.studentAnalysis)
    result.student = probeTrajectory(*student, experiment.studentAnalysis->flow.plane, start, alpha, steps);
  return result;
}

}  // namespace keyhole
