#include "core/experiment/studies/perturbation_stage.h"

#include "core/analysis/comparison/student_filter.h"
#include "core/analysis/nonnormal/transient_growth.h"
#include "core/common/error.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"
#include "core/linalg/pca.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr Index kPoints = 600;       // of a curve, about the pixels of a panel
constexpr Index kGrowthPoints = 60;  // enough for the largest growth, which is refined between them

bool hasStudent(const Experiment& experiment) {
  return experiment.fit && hasParameters(experiment.fit->student.summary.status);
}

const Teacher* teacherOf(const Experiment& experiment) {
  return experiment.teacher && experiment.teacher->teacher ? &*experiment.teacher->teacher : nullptr;
}

Index middleOf(const Experiment& experiment) {
  return (experiment.simulation->display.cols() - 1) / 2;
}

// Root mean square distance of the seen activity from its mean; missing samples are left out.
double spreadOf(ConstMatrixRef seen) {
  double sum = 0;
  for (Index i = 0; i < seen.rows(); ++i) {
    double count = 0, mean = 0, squares = 0;
    for (const double value : seen.row(i)) {
      if (!std::isfinite(value)) continue;
      ++count;
      const double step = value - mean;
      mean += step / count;
      squares += step * (value - mean);
    }
    if (count > 0) sum += squares / count;
  }
  return std::sqrt(sum);
}

Vector directionOf(const Experiment& experiment, const PerturbationSettings& settings, Progress& progress) {
  const auto& seen = experiment.observation->seen;
  const Teacher* teacher = teacherOf(experiment);
  switch (settings.direction) {
    case PerturbationDirection::random:
      return randomDirection(static_cast<Index>(seen.size()), settings.seed);
    case PerturbationDirection::slowMode:
      return slowDirection(experiment.fit->student);
    case PerturbationDirection::amplified:
      return transientGrowth(teacher->network, {20, kGrowthPoints}, progress).amplified;
    case PerturbationDirection::input:
      if (teacher && teacher->integrationMode.size() > 0) return teacher->integrationMode;
      break;
  }
  return inputDirection(experiment.fit->student);
}

// How the hidden units move in the activity when the seen ones are found at `push` from their mean. A ridge
// of 1e-9 of the mean variance holds collinear units.
Vector movedAlong(ConstMatrixRef display, const std::vector<Index>& seen, const Vector& push) {
  const Matrix centred = display.colwise() - display.rowwise().mean();
  const Matrix X = centred(seen, Eigen::all);
  Matrix gram = X * X.transpose();
  gram.diagonal().array() += 1e-9 * gram.trace() / static_cast<double>(gram.rows());
  const Vector weights = gram.ldlt().solve(push);
  Vector moved = centred * (X.transpose() * weights);
  moved(seen) = push;
  return moved;
}

// The seen part of a direction that is either of the seen units or of all of the teacher's.
Push pushAlong(const Experiment& experiment, const Vector& direction, bool ofAllUnits,
               const PerturbationSettings& settings) {
  const auto& seen = experiment.observation->seen;
  const bool alone = settings.hidden == PerturbationHidden::alone;
  const Index units = experiment.simulation->units;
  Push push;
  push.seen = ofAllUnits ? seenDirection(direction, seen) : direction;
  if (!teacherOf(experiment)) return push;
  if (ofAllUnits && !alone) {
    push.teacher = direction / direction(seen).norm();
  } else if (alone) {
    push.teacher = Vector::Zero(units);
    push.teacher(seen) = push.seen;
  } else {
    push.teacher = movedAlong(experiment.simulation->display, seen, push.seen);
  }
  return push;
}

// The student's state at the middle of the displayed run.
Vector stateAtMiddle(const NamedStudent& named, const Experiment& experiment) {
  const auto& [name, student, settings] = named;
  const Index k = middleOf(experiment);
  const auto& bounds = experiment.simulation->displayBounds;
  const Index first = *std::prev(std::upper_bound(bounds.begin(), bounds.end(), k));  // of its trial
  const auto until = Eigen::seqN(first, k + 1 - first);
  const Matrix before = experiment.simulation->display(experiment.observation->seen, until);
  if (first == 0 && student.states.cols() > k) return student.states.col(k);
  if (student.hiddenUnits() == 0 && first == 0) return stateOf(student, before.col(k));
  Trial trial{before,
              stages::studentInput(settings, *experiment.simulation).middleCols(first, k + 1 - first)};
  if (student.V.cols() == 0) trial.input.resize(0, k + 1 - first);
  return filterStates(student, trial).states.rightCols(1);
}

PerturbationTarget targetOf(const NamedStudent& named, const Experiment& experiment,
                            const PerturbationSettings& settings, const Push& push) {
  const Student& student = named.student;
  const Vector state = settings.place == PerturbationPlace::rest ? Vector(Vector::Zero(student.A.rows()))
                                                                 : stateAtMiddle(named, experiment);
  PerturbationTarget target = studentTarget(student, state, push.seen);
  target.name = named.name;
  return target;
}

double lateTimeConstant(const PerturbedRun& run) {
  const Index last = run.distance.size() - 1, from = last - last / 3;
  const double before = last >= 3 ? run.distance(from) : 0, after = last >= 3 ? run.distance(last) : 0;
  if (!(before > 0 && after > 0)) return std::numeric_limits<double>::quiet_NaN();
  return after < before ? (run.time(last) - run.time(from)) / std::log(before / after) : HUGE_VAL;
}

std::optional<bool> lastingMode(const Experiment& experiment, double persistent) {
  const auto system = teacherSystem(experiment);
  if (!system || !isAffine(*system) || !experiment.teacherAnalysis) return {};
  const Spectrum& spectrum = experiment.teacherAnalysis->spectrum;
  if (spectrum.values.size() == 0) return {};
  const Index leading = leadingOrder(spectrum).front();
  if (!spectrum.undetermined.empty() && spectrum.undetermined[static_cast<std::size_t>(leading)]) return {};
  return mapExponent(spectrum.values(leading), spectrum.alpha).real() > -1 / persistent;
}

void addPlanes(Perturbation& result) {
  const Perturbed *teacher = result.find(PerturbationRole::teacher),
                  *shown = result.find(PerturbationRole::shown);
  std::vector<const PerturbedRun*> runs;
  for (const Perturbed* system : {teacher, shown})
    if (system) runs.push_back(&system->run);
  auto planes = perturbationPlanes(runs);
  if (planes.empty()) return;
  if (shown) result.shownPlane = std::move(planes.back());
  if (teacher) result.teacherPlane = std::move(planes.front());
}

void requireStates(const Experiment& experiment) {
  if (experiment.simulation && !experiment.simulation->kept.empty())
    throw InputError("the teacher has " + std::to_string(experiment.simulation->units) +
                     " units, of which not all states are kept; allowed: at most " +
                     std::to_string(kMostUnits) + " for perturbations");
  if (!experiment.simulation || !experiment.observation || experiment.simulation->display.cols() < 2)
    throw InputError("the experiment has no activity to perturb; allowed: one with at least two steps");
}

}  // namespace

std::vector<std::string> problems(const PerturbationSettings& settings) {
  std::vector<std::string> found;
  if (!(settings.norm > 0 && std::isfinite(settings.norm)))
    found.push_back("the size of the perturbation is " + toText(settings.norm) +
                    "; allowed: a number above 0");
  if (!(settings.horizon >= 1 && settings.horizon <= 1000))
    found.push_back("the horizon is " + toText(settings.horizon) + " τ; allowed: from 1 to 1000");
  return found;
}

std::vector<NamedStudent> studentsOf(const Comparison& comparison, const Experiment& experiment) {
  std::vector<NamedStudent> students;
  for (const MethodRow& row : comparison.rows)
    // The shown student is there already.
    if (row.hasParameters && !staleThrough(row.settings, experiment.settings, Stage::observation) &&
        staleThrough(row.settings, experiment.settings, Stage::fit))
      students.push_back({row.label, row.student, row.settings});
  return students;
}

std::string whyNot(const Experiment& experiment, PerturbationDirection direction) {
  const Teacher* teacher = teacherOf(experiment);
  const bool student = hasStudent(experiment);
  if (!teacher && !student) return "There is neither a teacher nor a student to perturb.";
  if (direction == PerturbationDirection::slowMode && !student)
    return "The direction is the student's slow mode, but there is no student: " +
           (experiment.fit ? experiment.fit->student.summary.message : std::string("no fit was asked for")) +
           ".";
  if (direction == PerturbationDirection::amplified && !teacher)
    return "The direction is the teacher's amplified mode, but of a recording the teacher is not known.";
  const bool input =
      (teacher && teacher->integrationMode.size() > 0) || (student && experiment.fit->student.V.cols() > 0);
  if (direction == PerturbationDirection::input && !input)
    return "The direction is the input's, but neither teacher nor student has an input.";
  return {};
}

Push pushOf(const Experiment& experiment, const PerturbationSettings& settings, Progress& progress) {
  if (const auto found = problems(settings); !found.empty()) throw InputError(found.front());
  requireStates(experiment);
  if (const auto reason = whyNot(experiment, settings.direction); !reason.empty()) throw InputError(reason);
  const Teacher* teacher = teacherOf(experiment);
  const bool ofAllUnits =
      settings.direction == PerturbationDirection::amplified ||
      (settings.direction == PerturbationDirection::input && teacher && teacher->integrationMode.size() > 0);
  Push push = pushAlong(experiment, directionOf(experiment, settings, progress), ofAllUnits, settings);
  push.norm =
      settings.norm * spreadOf(experiment.simulation->display(experiment.observation->seen, Eigen::all));
  if (!(push.norm > 0 && std::isfinite(push.norm)))
    throw InputError("the seen activity varies by " + toText(push.norm) +
                     ", which gives the perturbation no size; allowed: an activity that varies");
  return push;
}

std::vector<PerturbationTarget> perturbationTargets(const Experiment& experiment,
                                                    const PerturbationSettings& settings, const Push& push,
                                                    const std::vector<NamedStudent>& others) {
  std::vector<PerturbationTarget> targets;
  if (auto system = teacherSystem(experiment)) {
    const Vector state = settings.place == PerturbationPlace::rest
                             ? Vector(Vector::Zero(experiment.simulation->units))
                             : Vector(experiment.simulation->display.col(middleOf(experiment)));
    targets.push_back({"teacher",
                       std::move(*system),
                       experiment.simulation->alpha,
                       state,
                       push.teacher,
                       experiment.observation->seen,
                       {},
                       1});
  }
  if (hasStudent(experiment))
    targets.push_back(
        targetOf({"student", experiment.fit->student, experiment.settings}, experiment, settings, push));
  for (const auto& named : others) targets.push_back(targetOf(named, experiment, settings, push));
  return targets;
}

Perturbation perturb(const Experiment& experiment, const PerturbationSettings& settings,
                     const std::vector<NamedStudent>& others, Progress& progress) {
  const Push push = pushOf(experiment, settings, progress);
  const auto targets = perturbationTargets(experiment, settings, push, others);
  auto runs = perturbAll(targets, {push.norm, settings.horizon, kPoints}, progress);
  Perturbation result;
  result.settings = settings;
  result.sampling = samplingOf(experiment);
  result.alpha = experiment.simulation->alpha;
  result.norm = push.norm;
  bool teacherIsNext = teacherOf(experiment) != nullptr, studentIsNext = hasStudent(experiment);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const PerturbationRole role = std::exchange(teacherIsNext, false)   ? PerturbationRole::teacher
                                  : std::exchange(studentIsNext, false) ? PerturbationRole::shown
                                                                        : PerturbationRole::other;
    const double late = lateTimeConstant(runs[i]);
    result.systems.push_back({role, targets[i].captured, std::move(runs[i]), late});
  }
  const double persistent = verdictOptionsOf(experiment).persistentTau;
  result.lastingMode = lastingMode(experiment, persistent);
  addPlanes(result);
  result.conclusion = conclusionOf(result, persistent);
  return result;
}

std::vector<PerturbationPlane> perturbationPlanes(const std::vector<const PerturbedRun*>& runs) {
  Index columns = 0;
  for (const auto* run : runs) columns += run->free.cols() + run->perturbed.cols();
  if (columns < 2 || runs.front()->free.rows() == 0) return {};
  Matrix all(runs.front()->free.rows(), columns);
  Index at = 0;
  for (const auto* run : runs)
    for (const Matrix* part : {&run->free, &run->perturbed}) {
      all.middleCols(at, part->cols()) = *part;
      at += part->cols();
    }
  const Pca basis = pca(all, std::min<Index>(2, all.rows()));
  std::vector<PerturbationPlane> planes;
  for (const auto* run : runs) {
    PerturbationPlane plane{Matrix::Zero(2, run->free.cols()), Matrix::Zero(2, run->perturbed.cols())};
    plane.free.topRows(basis.components.cols()) = projectStates(basis, run->free);
    plane.perturbed.topRows(basis.components.cols()) = projectStates(basis, run->perturbed);
    planes.push_back(std::move(plane));
  }
  return planes;
}

const Perturbed* Perturbation::find(PerturbationRole role) const {
  const auto found =
      std::find_if(systems.begin(), systems.end(), [&](const auto& s) { return s.role == role; });
  return found == systems.end() ? nullptr : &*found;
}

}  // namespace keyhole
