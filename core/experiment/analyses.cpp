// The analysis stage: teacher and student alike.
#include "core/analysis/prediction.h"
#include "core/analysis/similarity.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <limits>

namespace keyhole::stages {
namespace {

constexpr Index kTeacherSingularValues = 64;
constexpr Index kPcs = 3;
constexpr Index kConditionsAtOnce = 60;  // units; more take too long while a slider moves

FlowOptions flowOptions(bool coarse) {
  FlowOptions options;
  if (coarse) options.speedCells = 40;
  return options;
}

std::optional<LimitSets> limitSetsOf(const Experiment& experiment, const FlowSystem& system, bool coarse,
                                     Progress& progress) {
  const auto options = limitSetOptions(experiment.settings);
  if (coarse || options.runs == 0) return {};
  return limitSets(system, options, progress);
}

// Leading singular values of B without forming it where it is low rank.
Vector teacherSingularValues(const Network& network) {
  if (const auto* form = std::get_if<LowRankForm>(&network.form())) {
    return singularValues(triangularFactor(form->M) * triangularFactor(form->N).transpose());
  }
  if (const auto* form = std::get_if<ChainForm>(&network.form())) return singularValues(form->modeMatrix());
  return singularValues(network.dense());
}

void describeSpectrum(SystemAnalysis& analysis, const Network& network, bool withConditions) {
  analysis.spectrum = spectrumOf(network, withConditions);
  analysis.score = lineAttractorScore(analysis.spectrum);
  analysis.timeConstants = timeConstants(analysis.spectrum.values);
  analysis.henrici = henriciNumber(network, analysis.spectrum.values);
}

// The teacher's plane seen through the recorded units, in the student's states: its rows, made orthonormal
// again.
Pca seenPlane(const Pca& own, const FlowPlane& teacherPlane, const std::vector<Index>& seen,
              const Student& student) {
  Pca basis = own;
  Matrix rows = teacherPlane.E(seen, Eigen::all);
  if (student.emission) rows = student.emission->C.transpose() * rows;
  if (rows.rows() < student.A.rows())  // hidden units lie outside of it
    rows.conservativeResizeLike(Matrix::Zero(student.A.rows(), rows.cols()));
  const Index axes = std::min<Index>(2, rows.rows());
  const Matrix Q = thinQr(rows).Q.leftCols(axes);
  basis.components = Q;
  for (Index j = 0; j < axes; ++j)  // keep the direction of the teacher's axis
    if (Q.col(j).dot(rows.col(j)) < 0) basis.components.col(j) = -Q.col(j);
  return basis;
}

bool wantsNoise(const Settings& settings) {
  return settings.text("analysis.student_noise") == "same";
}

Matrix displayedInput(const Experiment& experiment) {
  const Matrix input = studentInput(experiment.settings, *experiment.simulation);
  return experiment.fit->student.V.cols() > 0 ? Matrix(input.leftCols(experiment.simulation->display.cols()))
                                              : Matrix(0, experiment.simulation->display.cols());
}

// The student from the start of what is displayed, with the task's input, and with the teacher's noise on the
// seen units or none.
StudentRun displayedRun(const Experiment& experiment, bool withNoise) {
  const auto& simulation = *experiment.simulation;
  const auto& student = experiment.fit->student;
  const auto& seen = experiment.observation->seen;
  Matrix noise(student.A.rows(), 0);
  if (withNoise && simulation.displayNoise.cols() > 0 && !student.emission) {
    noise = Matrix::Zero(student.A.rows(), simulation.displayNoise.cols());
    noise.topRows(student.seen) = simulation.displayNoise(seen, Eigen::all);
  }
  return runStudent(student, startFor(student, simulation.display(seen, 0)), simulation.display.cols(),
                    displayedInput(experiment), noise,
                    student.switching ? student.switching->path.front() : 0);
}

// What is shown of a student: the states that it infers, if it does, else a run of its own.
StudentRun shownStates(const Experiment& experiment) {
  const auto& student = experiment.fit->student;
  const Index steps = experiment.simulation->display.cols();
  if (student.states.cols() == 0) return displayedRun(experiment, wantsNoise(experiment.settings));
  return {student.states.leftCols(std::min(steps, student.states.cols())), false};
}

bool wantsCommonPlane(const Settings& settings) {
  return settings.text("analysis.flow_plane") == "common";
}

SystemEvidence evidenceOf(const Settings& settings, const SystemAnalysis& analysis, const FlowSystem& system,
                          const std::shared_ptr<const Attractors>& attractors) {
  const bool mayCycle = !isAffine(system);
  const bool runsAwaited = limitSetOptions(settings).runs > 0 && !analysis.limitSets;
  const bool searchAwaited = attractorOptions(settings).starts > 0 && !attractors && !analysis.runDiverged;
  return {analysis.spectrum,
          analysis.score,
          analysis.limitSets,
          mayCycle,
          mayCycle && (runsAwaited || searchAwaited),
          attractors};
}

std::shared_ptr<const Attractors> attractorsOf(const Experiment& experiment, const FlowSystem& system,
                                               ConstMatrixRef activity, const SystemAnalysis& analysis,
                                               Progress& progress) {
  const AttractorOptions options = attractorOptions(experiment.settings);
  if (options.starts == 0 || !activity.allFinite()) return nullptr;
  const LimitSets* runs = analysis.limitSets ? &*analysis.limitSets : nullptr;
  return std::make_shared<const Attractors>(findAttractors(system, activity, runs, options, progress));
}

// How far ahead the student sees, and whether its modes are the teacher's.
void setGauges(SystemAnalysis& analysis, const Experiment& experiment) {
  const auto& simulation = *experiment.simulation;
  const Index steps = simulation.display.cols();
  const auto oneTau = std::max<Index>(static_cast<Index>(std::lround(1 / simulation.alpha)), 1);
  if (steps > 3 && !analysis.runDiverged) {
    const Trial trial{simulation.display(experiment.observation->seen, Eigen::all),
                      studentInput(experiment.settings, simulation).leftCols(steps)};
    analysis.fitsTheData = fitGauge(predictionScores(experiment.fit->student, trial, oneTau));
  }
  if (!experiment.teacherAnalysis) return;
  const double window = static_cast<double>(simulation.steps) * simulation.alpha;
  analysis.hasTheDynamics =
      modeAgreement(experiment.teacherAnalysis->spectrum.values, analysis.spectrum.values, window).share;
}

}  // namespace

std::shared_ptr<const SystemAnalysis> analyseTeacher(const Experiment& experiment, bool coarse,
                                                     Progress& progress) {
  const auto system = teacherSystem(experiment);
  const auto& display = experiment.simulation->display;
  if (!system || display.cols() < 2) return nullptr;
  auto analysis = std::make_shared<SystemAnalysis>();
  analysis->coarse = coarse;
  progress.checkpoint(0, "analysing the teacher");
  describeSpectrum(*analysis, system->network, true);
  const Pca basis = pca(display, kPcs);
  analysis->participationRatio = basis.participationRatio;
  analysis->flow = flowField(*system, planeOf(basis, display), display, flowOptions(coarse), progress);
  analysis->explainedVariance = std::numeric_limits<double>::quiet_NaN();
  if (!coarse) {
    const Vector all = teacherSingularValues(system->network);
    analysis->singularValues = all.head(std::min<Index>(all.size(), kTeacherSingularValues));
  }
  analysis->limitSets = limitSetsOf(experiment, *system, coarse, progress);
  return analysis;
}

std::shared_ptr<const SystemAnalysis> analyseStudent(const Experiment& experiment, bool coarse,
                                                     Progress& progress) {
  const auto system = studentSystem(experiment);
  if (!system || experiment.simulation->display.cols() < 2) return nullptr;
  auto analysis = std::make_shared<SystemAnalysis>();
  analysis->coarse = coarse;
  progress.checkpoint(0, "analysing the student");
  // What is undetermined must not look determined for a moment; a large student has to wait for its
  // conditions.
  describeSpectrum(*analysis, system->network, !coarse || system->network.size() <= kConditionsAtOnce);
  const auto& student = experiment.fit->student;
  const StudentRun run = shownStates(experiment);
  analysis->runDiverged = run.diverged;
  const Pca own = pca(run.states, kPcs);
  analysis->participationRatio = own.participationRatio;
  const auto& seen = experiment.observation->seen;
  const bool common = wantsCommonPlane(experiment.settings) && experiment.teacherAnalysis;
  const Pca basis = common ? seenPlane(own, experiment.teacherAnalysis->flow.plane, seen, student) : own;
  analysis->flow = flowField(*system, planeOf(basis, run.states), run.states, flowOptions(coarse), progress);
  analysis->activity = seenActivity(student, run.states, displayedInput(experiment));
  const Matrix known = experiment.simulation->display(seen, Eigen::seqN(0, analysis->activity.cols()));
  const Matrix explained = student.emission ? analysis->activity
                                            : seenActivity(student, displayedRun(experiment, false).states,
                                                           displayedInput(experiment));
  analysis->explainedVariance = explainedVariance(known, explained.leftCols(known.cols()));
  if (!coarse) {
    analysis->singularValues = singularValues(student.A);
    setGauges(*analysis, experiment);
  }
  analysis->limitSets = limitSetsOf(experiment, *system, coarse, progress);
  return analysis;
}

std::shared_ptr<const Attractors> teacherAttractors(const Experiment& experiment, Progress& progress) {
  const auto system = teacherSystem(experiment);
  if (!system || !experiment.teacherAnalysis) return nullptr;
  return attractorsOf(experiment, *system, experiment.simulation->display, *experiment.teacherAnalysis,
                      progress);
}

std::shared_ptr<const Attractors> studentAttractors(const Experiment& experiment, Progress& progress) {
  const auto system = studentSystem(experiment);
  if (!system || !experiment.studentAnalysis || experiment.studentAnalysis->runDiverged) return nullptr;
  return attractorsOf(experiment, *system, shownStates(experiment).states, *experiment.studentAnalysis,
                      progress);
}

// The readout that the student would get if one were trained on the seen units: least squares from them to
// the teacher's readout over the displayed steps, with a ridge of 1e-9 of the mean variance against collinear
// units.
Vector studentReadout(const Experiment& experiment) {
  const auto& simulation = *experiment.simulation;
  if (simulation.readout.size() == 0 || !experiment.studentAnalysis) return {};
  const Index steps = experiment.studentAnalysis->activity.cols();
  const Matrix X = simulation.display(experiment.observation->seen, Eigen::seqN(0, steps));
  Matrix gram = X * X.transpose();
  gram.diagonal().array() += 1e-9 * gram.trace() / static_cast<double>(gram.rows());
  const Vector weights = gram.ldlt().solve(X * simulation.readout.head(steps));
  return experiment.studentAnalysis->activity.transpose() * weights;
}

Verdict verdictOf(const Experiment& experiment) {
  const Settings& settings = experiment.settings;
  std::optional<SystemEvidence> teacher, student;
  if (experiment.teacherAnalysis)
    teacher = evidenceOf(settings, *experiment.teacherAnalysis, *teacherSystem(experiment),
                         experiment.teacherAttractors);
  const auto& fitted = experiment.fit->student;
  if (experiment.studentAnalysis)
    student = evidenceOf(settings, *experiment.studentAnalysis, *studentSystem(experiment),
                         experiment.studentAttractors);
  return judge(teacher, student, fitted.summary.message, verdictOptions(settings));
}

}  // namespace keyhole::stages
