// The analysis stage: teacher and student alike.
#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <limits>

namespace keyhole::stages {
namespace {

constexpr Index kTeacherSingularValues = 64;
constexpr Index kPcs = 3;

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
    const Matrix rM = Eigen::HouseholderQR<Matrix>(form->M)
                          .matrixQR()
                          .topRows(form->M.cols())
                          .triangularView<Eigen::Upper>();
    const Matrix rN = Eigen::HouseholderQR<Matrix>(form->N)
                          .matrixQR()
                          .topRows(form->N.cols())
                          .triangularView<Eigen::Upper>();
    return singularValues(rM * rN.transpose());
  }
  if (const auto* form = std::get_if<ChainForm>(&network.form())) return singularValues(form->modeMatrix());
  return singularValues(network.dense());
}

void describeSpectrum(SystemAnalysis& analysis, const Network& network, bool coarse) {
  analysis.spectrum = spectrumOf(network, !coarse);
  analysis.score = lineAttractorScore(analysis.spectrum);
  analysis.timeConstants = timeConstants(analysis.spectrum.values);
  analysis.henrici = henriciNumber(network, analysis.spectrum.values);
}

// The teacher's plane seen through the recorded units: its rows, made orthonormal again.
Pca seenPlane(const Pca& own, const FlowPlane& teacherPlane, const std::vector<Index>& seen) {
  Pca basis = own;
  const Matrix rows = teacherPlane.E(seen, Eigen::all);
  const Index axes = std::min<Index>(2, rows.rows());
  const Matrix Q = Eigen::HouseholderQR<Matrix>(rows).householderQ() * Matrix::Identity(rows.rows(), axes);
  basis.components = Q;
  for (Index j = 0; j < axes; ++j)  // keep the direction of the teacher's axis
    if (Q.col(j).dot(rows.col(j)) < 0) basis.components.col(j) = -Q.col(j);
  return basis;
}

StudentRun displayedRun(const Experiment& experiment, bool withNoise) {
  const auto& simulation = *experiment.simulation;
  const auto& student = experiment.fit->student;
  const auto& seen = experiment.observation->seen;
  const Index steps = simulation.display.cols();
  const Matrix input =
      student.V.cols() > 0 ? Matrix(simulation.signal.head(steps).transpose()) : Matrix(0, steps);
  const Matrix noise = withNoise && simulation.displayNoise.cols() > 0
                           ? Matrix(simulation.displayNoise(seen, Eigen::all))
                           : Matrix(static_cast<Index>(seen.size()), 0);
  return runStudent(student, simulation.display(seen, Eigen::seqN(0, 1)), steps, input, noise);
}

bool wantsNoise(const Settings& settings) {
  return settings.text("analysis.student_noise") == "same";
}
bool wantsCommonPlane(const Settings& settings) {
  return settings.text("analysis.flow_plane") == "common";
}

SystemEvidence evidenceOf(const SystemAnalysis& analysis, Nonlinearity phi, bool limitSetsWanted) {
  SystemEvidence evidence{analysis.spectrum, analysis.score, analysis.limitSets, phi, false};
  evidence.cyclesPending = limitSetsWanted && phi != Nonlinearity::linear && !analysis.limitSets;
  return evidence;
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
  describeSpectrum(*analysis, system->network, coarse);
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
  describeSpectrum(*analysis, system->network, coarse);
  StudentRun run = displayedRun(experiment, wantsNoise(experiment.settings));
  analysis->runDiverged = run.diverged;
  const Pca own = pca(run.states, kPcs);
  analysis->participationRatio = own.participationRatio;
  const bool common = wantsCommonPlane(experiment.settings) && experiment.teacherAnalysis;
  const Pca basis =
      common ? seenPlane(own, experiment.teacherAnalysis->flow.plane, experiment.observation->seen) : own;
  analysis->flow = flowField(*system, planeOf(basis, run.states), run.states, flowOptions(coarse), progress);
  const auto& seen = experiment.observation->seen;
  analysis->explainedVariance = explainedVariance(experiment.simulation->display(seen, Eigen::all),
                                                  displayedRun(experiment, false).states);
  analysis->activity = std::move(run.states);
  if (!coarse) analysis->singularValues = singularValues(experiment.fit->student.A);
  analysis->limitSets = limitSetsOf(experiment, *system, coarse, progress);
  return analysis;
}

// The readout that the student would get if one were trained on the seen units: least squares from them to
// the teacher's readout over the displayed steps, with a ridge of 1e-9 of the mean variance against collinear
// units.
Vector studentReadout(const Experiment& experiment) {
  const auto& simulation = *experiment.simulation;
  if (simulation.readout.size() == 0 || !experiment.studentAnalysis) return {};
  const Matrix X = simulation.display(experiment.observation->seen, Eigen::all);
  Matrix gram = X * X.transpose();
  gram.diagonal().array() += 1e-9 * gram.trace() / static_cast<double>(gram.rows());
  const Vector weights = gram.ldlt().solve(X * simulation.readout);
  return experiment.studentAnalysis->activity.transpose() * weights;
}

Verdict verdictOf(const Experiment& experiment) {
  const bool limitSetsWanted = limitSetOptions(experiment.settings).runs > 0;
  std::optional<SystemEvidence> teacher, student;
  if (experiment.teacherAnalysis)
    teacher =
        evidenceOf(*experiment.teacherAnalysis, experiment.teacher->teacher->options.phi, limitSetsWanted);
  const auto& fitted = experiment.fit->student;
  if (experiment.studentAnalysis)
    student = evidenceOf(*experiment.studentAnalysis, fitted.phi, limitSetsWanted);
  return judge(teacher, student, fitted.summary.message, verdictOptions(experiment.settings));
}

}  // namespace keyhole::stages
