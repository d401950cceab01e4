#include "core/experiment/displayed_run.h"

#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"

#include <algorithm>

namespace keyhole::stages {
namespace {

constexpr Index kRoughSteps = 500;
constexpr double kRoughAlpha = 0.1;

bool wantsNoise(const Settings& settings) {
  return settings.text("analysis.student_noise") == "same";
}

// The chosen rows' means over every `stride` columns, of which there are `count` whole groups.
Matrix groupMeans(ConstMatrixRef values, const std::vector<Index>& rows, Index stride, Index count) {
  Matrix means = Matrix::Zero(static_cast<Index>(rows.size()), count);
  for (Index group = 0; group < count; ++group)
    for (Index j = group * stride; j < (group + 1) * stride; ++j)
      for (std::size_t i = 0; i < rows.size(); ++i) means(static_cast<Index>(i), group) += values(rows[i], j);
  return means / static_cast<double>(stride);
}

std::vector<Index> allRows(Index count) {
  std::vector<Index> rows(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) rows[static_cast<std::size_t>(i)] = i;
  return rows;
}

// Few steps for a glance; 1 where the run cannot be had more cheaply.
Index strideFor(const Student& student, Index steps) {
  if (student.switching || student.emission || !(student.alpha > 0)) return 1;
  const auto largest = static_cast<Index>(kRoughAlpha / student.alpha + 1e-9);
  return std::clamp<Index>(std::min(largest, (steps - 1) / kRoughSteps), 1, std::max<Index>(steps - 1, 1));
}

ShownRun ownRun(const Experiment& experiment, bool withNoise, Index stride, Progress& progress) {
  const auto& simulation = *experiment.simulation;
  const auto& student = experiment.fit->student;
  const auto& seen = experiment.observation->seen;
  const Index columns = (simulation.display.cols() - 1) / stride + 1;
  Matrix noise(student.A.rows(), 0);
  if (withNoise && simulation.displayNoise.cols() > 0 && !student.emission) {
    noise = Matrix::Zero(student.A.rows(), columns - 1);
    noise.topRows(student.seen) = stride == 1
                                      ? Matrix(simulation.displayNoise(seen, Eigen::all))
                                      : groupMeans(simulation.displayNoise, seen, stride, columns - 1);
  }
  Matrix input = displayedInput(experiment);
  if (stride > 1) {
    input = groupMeans(input, allRows(input.rows()), stride, columns - 1);
    input.conservativeResize(Eigen::NoChange, columns);
    if (columns > 1) input.col(columns - 1) = input.col(columns - 2);
  }
  const Vector start = startFor(student, simulation.display(seen, 0));
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

}  // namespace

Matrix displayedInput(const Experiment& experiment) {
  const Matrix input = studentInput(experiment.settings, *experiment.simulation);
  return experiment.fit->student.V.cols() > 0 ? Matrix(input.leftCols(experiment.simulation->display.cols()))
                                              : Matrix(0, experiment.simulation->display.cols());
}

ShownRun shownRun(const Experiment& experiment, bool rough, Progress& progress) {
  const auto& student = experiment.fit->student;
  const Index steps = experiment.simulation->display.cols();
  if (student.states.cols() > 0)
    return {student.states.leftCols(std::min(steps, student.states.cols())), false, 1};
  return ownRun(experiment, wantsNoise(experiment.settings), rough ? strideFor(student, steps) : 1, progress);
}

ShownRun noiseFreeRun(const Experiment& experiment, Progress& progress) {
  return ownRun(experiment, false, 1, progress);
}

}  // namespace keyhole::stages
