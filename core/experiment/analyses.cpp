// The analysis stage: teacher and student alike.
#include "core/analysis/comparison/explained.h"
#include "core/analysis/comparison/prediction.h"
#include "core/analysis/comparison/similarity.h"
#include "core/common/error.h"
#include "core/experiment/displayed_run.h"
#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <future>
#include <limits>

namespace keyhole::stages {
namespace {

constexpr Index kTeacherSingularValues = 64;
constexpr Index kPcs = 3;
// Units up to which a sketch has the conditions of all eigenvalues, and all eigenvalues: more take too long
// while a slider moves.
constexpr Index kConditionsAtOnce = 100, kEigenvaluesAtOnce = 250;
constexpr Index kSketched = 250;  // states from which the sketch of a large system takes its plane
constexpr Index kFewCells = 40;   // of a sketch's flow, on each side

FlowOptions flowOptions(Depth depth) {
  FlowOptions options;
  if (depth == Depth::sketch) options.speedCells = kFewCells;
  return options;
}

// The same with the places where the trials of a recording begin among the points that are drawn.
FlowOptions flowOptions(Depth depth, const SimulationStage& simulation, Index points) {
  FlowOptions options = flowOptions(depth);
  const auto& bounds = simulation.displayBounds;
  const Index all = bounds.empty() ? 0 : bounds.back();
  for (std::size_t k = 1; k + 1 < bounds.size(); ++k)
    options.breaks.push_back((bounds[k] * points + all - 1) / all);
  return options;
}

// Leading singular values of B without forming it where it is low rank.
Vector teacherSingularValues(const Network& network) {
  if (const auto* form = std::get_if<LowRankForm>(&network.form())) {
    return singularValues(triangularFactor(form->M) * triangularFactor(form->N).transpose());
  }
  if (const auto* form = std::get_if<ChainForm>(&network.form())) return singularValues(form->modeMatrix());
  return singularValues(network.dense());
}

void describeSpectrum(SystemAnalysis& analysis, const Network& network, Spectrum spectrum,
                      bool fewSteps = false) {
  analysis.spectrum = std::move(spectrum);
  analysis.spectrum.fewSteps = fewSteps;
  analysis.score = lineAttractorScore(analysis.spectrum);
  analysis.timeConstants = timeConstants(analysis.spectrum.values);
  analysis.henrici = analysis.spectrum.leadingOnly ? std::numeric_limits<double>::quiet_NaN()
                                                   : henriciNumber(network, analysis.spectrum.values);
}

// What is undetermined must not look determined for a moment; a large student has to wait for its conditions.
Spectrum studentSpectrum(const Network& network, double alpha, Depth depth) {
  if (depth == Depth::sketch && network.size() > kEigenvaluesAtOnce)
    if (auto leading = leadingSpectrum(network.dense(), alpha)) return *std::move(leading);
  return spectrumOf(network, depth == Depth::complete || network.size() <= kConditionsAtOnce, alpha);
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

Matrix everyNth(const Matrix& states, Index stride) {
  return states(Eigen::all, Eigen::seqN(0, (states.cols() - 1) / stride + 1, stride));
}

bool wantsCommonPlane(const Settings& settings) {
  return settings.text("analysis.flow_plane") == "common";
}

// Runs of a teacher of many units take longer than anyone waits for.
std::shared_ptr<const Attractors> attractorsOf(const Experiment& experiment, const FlowSystem& system,
                                               ConstMatrixRef activity, const SystemAnalysis& analysis,
                                               Progress& progress) {
  const AttractorOptions options = searchOf(experiment, system);
  if (options.starts == 0 || !activity.allFinite()) return nullptr;
  const LimitSets* runs = analysis.limitSets ? &*analysis.limitSets : nullptr;
  return std::make_shared<const Attractors>(findAttractors(system, activity, runs, options, progress));
}

// How far ahead the student sees, and whether its modes are the teacher's.
void setFitGauge(SystemAnalysis& analysis, const Experiment& experiment, Progress& progress) {
  const auto& simulation = *experiment.simulation;
  const Index steps = simulation.display.cols();
  const auto oneTau = std::max<Index>(static_cast<Index>(std::lround(1 / simulation.alpha)), 1);
  if (steps > 3 && !analysis.runDiverged) {
    analysis.fitsTheData =
        fitGauge(predictionScores(experiment.fit->student, displayedTrials(experiment), oneTau, progress));
  }
}

void setDynamicsGauge(SystemAnalysis& analysis, const Experiment& experiment) {
  const auto& simulation = *experiment.simulation;
  if (!experiment.teacherAnalysis) return;
  const double window = static_cast<double>(simulation.steps) * simulation.alpha;
  analysis.hasTheDynamics =
      modeAgreement(experiment.teacherAnalysis->spectrum, analysis.spectrum, window).share;
}

// Of what is displayed; where the student's states are of a part of it, of that.
double explainedByStudent(const Experiment& experiment, const SystemAnalysis& analysis, Progress& progress) {
  const Student& student = experiment.fit->student;
  std::vector<Trial> trials = displayedTrials(experiment);
  if (student.V.cols() == 0)
    for (auto& trial : trials) trial.input.resize(0, trial.activity.cols());
  if (student.emission && (trials.size() == 1 || !student.latent))
    trials = beginningOf({trials.front()}, std::max<Index>(analysis.activity.cols(), 2));
  return explainedBy(student, trials, progress);
}

void addFreeRuns(SystemAnalysis& analysis, const Experiment& experiment, const FlowSystem& system,
                 Depth depth, Progress& progress) {
  const auto options = freeRunsOf(experiment.settings, system);
  if (!analysis.limitSets && options.runs > 0) analysis.limitSets = freeRuns(system, options, progress);
  if (depth == Depth::complete && analysis.limitSets) decide(*analysis.limitSets, system, options, progress);
}

// Whether it is not known yet what becomes of a free run.
bool stillMoves(const SystemAnalysis& analysis) {
  return analysis.limitSets && analysis.limitSets->undecided;
}

// What a coarse picture is taken from must not take steps that are too large for the fastest mode.
bool tooFast(const ShownRun& run, const Spectrum& spectrum, double alpha) {
  constexpr double kReach = 0.5;
  const double fastest = std::max(spectrum.fastest, (spectrum.values.array() - 1.0).abs().maxCoeff());
  return run.stride > 1 && (run.diverged || !(static_cast<double>(run.stride) * alpha * fastest <= kReach));
}

// The picture: spectrum and run side by side on two cores (the fine run of a large student takes both by
// itself, and can be stopped), then the plane and the flow.
void drawStudent(SystemAnalysis& analysis, const Experiment& experiment, const FlowSystem& system,
                 Depth depth, const SystemAnalysis* before, Progress& progress) {
  constexpr Index kWorthAThread = 40;  // units
  const Index n = system.network.size();
  const bool apart = n >= kWorthAThread && (depth == Depth::sketch || n <= kEigenvaluesAtOnce);
  const auto& student = experiment.fit->student;
  const bool known = before && !before->spectrum.leadingOnly && before->spectrum.values.size() > 0;
  std::future<Spectrum> spectrum;
  if (!known)
    spectrum = std::async(apart ? std::launch::async : std::launch::deferred,
                          [&] { return studentSpectrum(system.network, student.alpha, depth); });
  ShownRun run = shownRun(experiment, depth == Depth::sketch, progress);
  describeSpectrum(analysis, system.network, known ? before->spectrum : spectrum.get(),
                   restsOnFewSteps(student));
  if (tooFast(run, analysis.spectrum, student.alpha)) run = shownRun(experiment, false, progress);
  analysis.runDiverged = run.diverged;
  analysis.stride = run.stride;
  const Index every =
      depth == Depth::sketch && n > kSketched ? std::max<Index>(run.states.cols() / kSketched, 1) : 1;
  const Pca own = pca(every > 1 ? Matrix(everyNth(run.states, every)) : run.states, kPcs);
  analysis.participationRatio = own.participationRatio;
  const bool common = wantsCommonPlane(experiment.settings) && experiment.teacherAnalysis;
  const Pca basis =
      common ? seenPlane(own, experiment.teacherAnalysis->flow.plane, experiment.observation->seen, student)
             : own;
  analysis.flow = flowField(system, planeOf(basis, run.states), run.states,
                            flowOptions(depth, *experiment.simulation, run.states.cols()), progress);
  analysis.activity = seenActivity(student, run.states, displayedInput(experiment));
}

// Of many units at once as it will be: in few dimensions and few cells.
void drawManyUnits(SystemAnalysis& analysis, const LatentRun& run, const FlowSystem& system,
                   Progress& progress) {
  const Pca basis = pcaOf(run, kPcs);
  analysis.participationRatio = basis.participationRatio;
  FlowPlane plane = planeThrough(basis, run.middle);
  const Matrix inQ = run.Q.transpose() * plane.E;
  const Matrix points = (inQ.transpose() * run.coordinates).colwise() - plane.E.transpose() * plane.base;
  fitExtent(plane, points);
  FlowOptions options;
  options.speedCells = kFewCells;
  analysis.flow = flowFieldAlong(system, plane, points, options, progress);
}

void drawTeacher(SystemAnalysis& analysis, const SimulationStage& simulation, const FlowSystem& system,
                 Depth depth, const SystemAnalysis* before, Progress& progress) {
  describeSpectrum(analysis, system.network,
                   before ? before->spectrum : spectrumOf(system.network, true, simulation.alpha));
  if (simulation.latents) return drawManyUnits(analysis, *simulation.latents, system, progress);
  const Matrix& display = simulation.display;
  const Index stride = depth == Depth::sketch ? std::max<Index>(display.cols() / kSketched, 1) : 1;
  const Matrix some = everyNth(display, stride);
  const Pca basis = pca(some, kPcs);
  analysis.participationRatio = basis.participationRatio;
  analysis.flow = flowField(system, planeOf(basis, some), some, flowOptions(depth), progress);
}

}  // namespace

LimitSetOptions freeRunsOf(const Settings& settings, const FlowSystem& system) {
  LimitSetOptions options = limitSetOptions(settings);
  if (hasManyUnits(system.network)) options.runs = 0;
  return options;
}

AttractorOptions searchOf(const Experiment& experiment, const FlowSystem& system) {
  AttractorOptions options = attractorOptions(experiment.settings);
  const VerdictOptions judged = verdictOptionsOf(experiment);
  options.persistentTau = judged.persistentTau;
  if (judged.sampling) options.words = {experiment.fit->student.alpha, judged.sampling->seconds};
  if (hasManyUnits(system.network)) options.starts = 0;
  return options;
}

std::shared_ptr<const SystemAnalysis> analyseTeacher(const Experiment& experiment, Depth depth,
                                                     const SystemAnalysis* before, Progress& progress) {
  const auto system = teacherSystem(experiment);
  const auto& simulation = *experiment.simulation;
  if (!system || simulation.display.cols() < 2) return nullptr;
  auto analysis = std::make_shared<SystemAnalysis>();
  progress.checkpoint(0, "analysing the teacher");
  if (before && (before->reached >= Depth::picture || simulation.latents))
    *analysis = *before;
  else
    drawTeacher(*analysis, simulation, *system, depth, before, progress);
  const bool measured = analysis->reached >= Depth::measured;
  analysis->reached = std::max(analysis->reached, std::min(depth, Depth::picture));
  if (depth < Depth::numbers) return analysis;
  addFreeRuns(*analysis, experiment, *system, depth, progress);
  if (!measured) {
    const Vector all = teacherSingularValues(system->network);
    analysis->singularValues = all.head(std::min<Index>(all.size(), kTeacherSingularValues));
  }
  analysis->reached = stillMoves(*analysis) ? Depth::numbers : Depth::complete;
  return analysis;
}

std::shared_ptr<const SystemAnalysis> analyseStudent(const Experiment& experiment, Depth depth,
                                                     const SystemAnalysis* before, Progress& progress) {
  const auto system = studentSystem(experiment);
  if (!system || experiment.simulation->display.cols() < 2) return nullptr;
  auto analysis = std::make_shared<SystemAnalysis>();
  progress.checkpoint(0, "analysing the student");
  if (before && before->reached >= Depth::picture)
    *analysis = *before;
  else
    drawStudent(*analysis, experiment, *system, depth, before, progress);
  const bool measured = analysis->reached >= Depth::measured;
  analysis->reached = std::max(analysis->reached, std::min(depth, Depth::picture));
  if (depth < Depth::numbers) return analysis;
  // What can be stopped soon comes first: a hand may be on its way to the next value.
  if (!measured) {
    analysis->explainedVariance = explainedByStudent(experiment, *analysis, progress);
    analysis->rightExplains = rightExplains(experiment, analysis->explainedVariance, progress);
    setFitGauge(*analysis, experiment, progress);
  }
  addFreeRuns(*analysis, experiment, *system, depth, progress);
  if (!measured) {
    if (analysis->spectrum.conditions.size() == 0)
      describeSpectrum(*analysis, system->network,
                       spectrumOf(system->network, true, experiment.fit->student.alpha),
                       restsOnFewSteps(experiment.fit->student));
    setDynamicsGauge(*analysis, experiment);
    progress.checkpoint(0, "measuring the fit");
    analysis->singularValues = singularValues(experiment.fit->student.A);
  }
  analysis->reached = stillMoves(*analysis) ? Depth::numbers : Depth::complete;
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
  Matrix activity = Matrix::Zero(system->network.size(), 1);
  try {
    activity = shownRun(experiment, false, progress).states;
  } catch (const Stopped&) {
    // The search tells that it was stopped before it began.
  }
  return attractorsOf(experiment, *system, activity, *experiment.studentAnalysis, progress);
}

// The readout that the student would get if one were trained on the seen units: least squares from them to
// the teacher's readout over the displayed steps, with a ridge of 1e-9 of the mean variance against collinear
// units.
Vector studentReadout(const Experiment& experiment) {
  const auto& simulation = *experiment.simulation;
  if (simulation.readout.size() == 0 || !experiment.studentAnalysis) return {};
  const SystemAnalysis& analysis = *experiment.studentAnalysis;
  const auto steps = Eigen::seqN(0, analysis.activity.cols(), analysis.stride);
  const Matrix X = simulation.display(simulation.rowsOf(experiment.observation->seen), steps);
  Matrix gram = Matrix::Zero(X.rows(), X.rows());
  gram.selfadjointView<Eigen::Lower>().rankUpdate(X);
  gram.diagonal().array() += 1e-9 * gram.trace() / static_cast<double>(gram.rows());
  const Vector weights =
      gram.selfadjointView<Eigen::Lower>().ldlt().solve(X * Vector(simulation.readout(steps)));
  return analysis.activity.transpose() * weights;
}

}  // namespace keyhole::stages
