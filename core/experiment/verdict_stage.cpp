// The verdict of an experiment: what is known of teacher and student, put before the judge.
#include "core/analysis/comparison/similarity.h"
#include "core/common/error.h"
#include "core/experiment/experiment_stages.h"

#include <algorithm>
#include <cmath>

namespace keyhole::stages {
namespace {

SystemEvidence evidenceOf(const Experiment& experiment, const SystemAnalysis& analysis,
                          const FlowSystem& system, const std::shared_ptr<const Attractors>& attractors) {
  const auto& simulation = *experiment.simulation;
  const Index shown = simulation.display.cols();
  const bool mayCycle = !isAffine(system);
  const bool runsAwaited = freeRunsOf(experiment.settings, system).runs > 0 &&
                           (!analysis.limitSets || analysis.limitSets->undecided);
  const bool searchAwaited = searchOf(experiment, system).starts > 0 && !attractors && !analysis.runDiverged;
  return {analysis.spectrum,
          analysis.score,
          analysis.limitSets,
          mayCycle,
          mayCycle && (runsAwaited || searchAwaited),
          attractors,
          {},
          {analysis.explainedVariance, analysis.hasTheDynamics, Foresight::kNotKnown, analysis.rightExplains},
          false,
          {},
          shown < simulation.steps ? static_cast<double>(shown) * simulation.alpha : 0};
}

// Both systems' states as the seen units.
CommonView viewOfTeacher(const Experiment& experiment) {
  const auto& seen = experiment.observation->seen;
  Matrix map = Matrix::Zero(static_cast<Index>(seen.size()), experiment.simulation->units);
  for (std::size_t i = 0; i < seen.size(); ++i) map(static_cast<Index>(i), seen[i]) = 1;
  return {std::move(map), {}};
}

CommonView viewOfStudent(const Student& student) {
  if (student.emission) return {student.emission->C, student.emission->c};
  if (student.hiddenUnits() > 0) return {Matrix::Identity(student.seen, student.A.rows()), {}};
  return {};
}

// Whose dynamics the spectrum of a switching student is of.
std::string discreteStateOf(const Student& student) {
  if (!student.switching) return {};
  const std::size_t k = mostVisited(*student.switching);
  return "discrete state " + std::to_string(k + 1) + " of " + std::to_string(student.switching->A.size()) +
         " (" + std::to_string(std::lround(100 * occupancy(*student.switching, k))) + " % of the time)";
}

// What is known of a system, with the stable points to which those of another one with the same states lead.
std::shared_ptr<const Attractors> soughtFrom(const FlowSystem& system, const Attractors& own,
                                             const Attractors& other, Progress& progress) {
  const auto stable = other.stablePoints();
  if (stable.empty()) return std::make_shared<const Attractors>(own);
  Matrix starts(system.network.size(), static_cast<Index>(stable.size()));
  for (std::size_t i = 0; i < stable.size(); ++i) starts.col(static_cast<Index>(i)) = stable[i]->position;
  const FixedPoints found = findFixedPoints(system, starts, {}, progress);
  auto more = std::make_shared<Attractors>(own);
  const double near = 1e-4 * std::max(own.scale, 1e-12);
  for (const FixedPoint& point : found.points) {
    const auto& known = own.points.points;
    const bool isNew = std::none_of(known.begin(), known.end(), [&](const FixedPoint& one) {
      return (one.position - point.position).norm() <= near;
    });
    if (point.kind != PointKind::fixed || point.local.stability != Stability::stable || !isNew) continue;
    more->coexisting.push_back({AttractorKind::point, more->points.points.size(), {}, 0});
    more->points.points.push_back(point);
    ++more->points.census.fixed;
    ++more->points.census.stable;
  }
  return more;
}

// A point that the search of one system has missed is no difference: each is searched from the other's. Only
// where all units are seen, so that a state of one is a state of the other.
void seekFromEachOther(const FlowSystem& teacherSystem, SystemEvidence& teacher,
                       const FlowSystem& studentSystem, SystemEvidence& student) {
  const auto wanted = [](const SystemEvidence& evidence) {
    return evidence.mayCycle && evidence.attractors && evidence.attractors->stablePoints().size() > 1;
  };
  const bool sameStates = student.view.map.size() == 0 &&
                          teacherSystem.network.size() == studentSystem.network.size() &&
                          teacher.view.map.isIdentity(0);
  if (!sameStates || !teacher.mayCycle || !student.mayCycle || !teacher.attractors || !student.attractors ||
      teacher.attractors->isPart() || student.attractors->isPart() || !(wanted(teacher) || wanted(student)))
    return;
  const auto before = teacher.attractors;
  teacher.attractors = soughtFrom(teacherSystem, *before, *student.attractors, noProgress());
  student.attractors = soughtFrom(studentSystem, *student.attractors, *before, noProgress());
  teacher.soughtThere = student.soughtThere = true;
}

std::string whyNoStudent(const Experiment& experiment) {
  if (experiment.simulation->diverged)
    return "the teacher diverges in steps of α = " + toText(experiment.simulation->alpha);
  return experiment.fit->student.summary.message;
}

}  // namespace

Verdict verdictOf(const Experiment& experiment) {
  std::optional<SystemEvidence> teacher, student;
  const auto ofTeacher = experiment.teacherAnalysis ? teacherSystem(experiment) : std::nullopt;
  const auto ofStudent = experiment.studentAnalysis ? studentSystem(experiment) : std::nullopt;
  if (ofTeacher) {
    teacher = evidenceOf(experiment, *experiment.teacherAnalysis, *ofTeacher, experiment.teacherAttractors);
    if (experiment.teacherAttractors) teacher->view = viewOfTeacher(experiment);
  }
  if (ofStudent) {
    student = evidenceOf(experiment, *experiment.studentAnalysis, *ofStudent, experiment.studentAttractors);
    student->view = viewOfStudent(experiment.fit->student);
    student->discreteState = discreteStateOf(experiment.fit->student);
    student->foresight.oneStepR2 = experiment.fit->student.oneStepR2;
  }
  if (teacher && student) seekFromEachOther(*ofTeacher, *teacher, *ofStudent, *student);
  return judge(teacher, student, whyNoStudent(experiment), verdictOptionsOf(experiment));
}

}  // namespace keyhole::stages
