#include "core/experiment/displayed_run.h"

#include "core/experiment/experiment_stages.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/run_student.h"

#include <algorithm>

namespace keyhole::stages {
namespace {

constexpr Index kRoughSteps = 500;
constexpr double kRoughAlpha = 0.1;

bool wantsNoise(const Settings& settings) {
  return settings.text("analysis.student_noise") == "same";
}

// The steps of a large student take longer, so that there are half as many of them.
Index strideFor(const Student& student, const SimulationStage& simulation) {
  constexpr Index kLarge = 250;
  if (student.switching || student.emission) return 1;
  const Index stride = roughStride(simulation.alpha, simulation.display.cols());
  return stride > 1 && student.A.rows() > kLarge ? 2 * stride : stride;
}

// σ ξ of the chosen units over steps of this size.
Matrix noiseOf(const SimulationStage& simulation, const std::vector<Index>& units, Index stride) {
  const auto rows = simulation.rowsOf(units);
  if (stride == 1) return simulation.displayNoise(rows, Eigen::all);
  const Matrix rough = simulation.roughNoise(rows, Eigen::all);
  const Index own = roughStride(simulation.alpha, simulation.display.cols());
  return stride == own ? rough : groupMeans(rough, stride / own);
}

ShownRun ownRun(const Experiment& experiment, bool withNoise, Index stride, Progress& progress) {
  const auto& simulation = *experiment.simulation;
  const auto& student = experiment.fit->student;
  const auto& seen = experiment.observation->seen;
  const Index columns = (simulation.display.cols() - 1) / stride + 1;
  Matrix noise(student.A.rows(), 0);
  if (withNoise && simulation.displayNoise.cols() > 0 && !student.emission) {
    noise = Matrix::Zero(student.A.rows(), columns - 1);
    noise.topRows(student.seen) = noiseOf(simulation, seen, stride).leftCols(columns - 1);
  }
  Matrix input = displayedInput(experiment);
  if (stride > 1) {
    const Matrix means = groupMeans(input, stride);
    input = Matrix::Zero(input.rows(), columns);
    input.leftCols(means.cols()) = means;
  }
  const Vector start = startFor(student, simulation.display(simulation.rowsOf(seen), 0));
  const int discrete = student.switching ? student.switching->path.front() : 0;
  StudentRun run;
  if (stride == 1) {
    run = runStudent(student, start, columns, input, noise, discrete, progress);
  } else {
    Student rough = student;
    rough.alpha *= static_cast<double>(stride);
    run = runStudent(rough, start, columns, input, noise, discrete, progress);
  }
  return {std::move(run.states), run.diverged, stride};
}

// Of several trials: smoothed states or runs of each, side by side; of a student whose states are known of
// the first trial alone, these.
ShownRun runsOfTrials(const Experiment& experiment, Progress& progress) {
  const auto& student = experiment.fit->student;
  const std::vector<Trial> trials = displayedTrials(experiment);
  if (student.states.cols() > 0 && !student.latent)
    return {student.states.leftCols(std::min(trials.front().activity.cols(), student.states.cols())), false,
            1};
  std::vector<Matrix> states;
  if (student.latent) states = smooth(*student.latent, trials, progress).means;
  ShownRun shown{Matrix(student.A.rows(), experiment.simulation->display.cols()), false, 1};
  Index at = 0;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const Matrix& X = trials[k].activity;
    if (k >= states.size()) {
      StudentRun run =
          runStudent(student, stateOf(student, X.col(0)), X.cols(), trials[k].input, Matrix(), 0, progress);
      shown.diverged = shown.diverged || run.diverged;
      states.push_back(std::move(run.states));
    }
    shown.states.middleCols(at, X.cols()) = states[k];
    at += X.cols();
  }
  return shown;
}

}  // namespace

Index roughStride(double alpha, Index steps) {
  const auto largest = static_cast<Index>(kRoughAlpha / alpha + 1e-9);
  return std::clamp<Index>(std::min(largest, (steps - 1) / kRoughSteps), 1, std::max<Index>(steps - 1, 1));
}

Matrix groupMeans(ConstMatrixRef values, Index stride) {
  const Index count = values.cols() / stride;
  Matrix means(values.rows(), count);
  for (Index group = 0; group < count; ++group)
    means.col(group) = values.middleCols(group * stride, stride).rowwise().mean();
  return means;
}

Matrix displayedInput(const Experiment& experiment) {
  const Index columns = experiment.simulation->display.cols(), m = experiment.fit->student.V.cols();
  const Matrix input = studentInput(experiment.settings, *experiment.simulation);
  // A student from a file may know an input that there is none of here.
  return input.rows() == m ? Matrix(input.leftCols(columns)) : Matrix(Matrix::Zero(m, columns));
}

ShownRun shownRun(const Experiment& experiment, bool rough, Progress& progress) {
  if (experiment.simulation->displayBounds.size() > 2) return runsOfTrials(experiment, progress);
  const auto& student = experiment.fit->student;
  const Index steps = experiment.simulation->display.cols();
  if (student.states.cols() > 0)
    return {student.states.leftCols(std::min(steps, student.states.cols())), false, 1};
  return ownRun(experiment, wantsNoise(experiment.settings),
                rough ? strideFor(student, *experiment.simulation) : 1, progress);
}

}  // namespace keyhole::stages
