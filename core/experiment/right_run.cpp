// What the right student would explain of the displayed steps.
#include "core/experiment/experiment_stages.h"
#include "core/fitting/run_student.h"

#include <algorithm>
#include <limits>

namespace keyhole::stages {
namespace {

// Whether it explains about nothing, since it forgets where it began within a tenth of the run.
bool forgetsSoon(const Spectrum& spectrum, double time) {
  double slowest = -std::numeric_limits<double>::infinity();
  for (const auto& value : spectrum.values)
    slowest = std::max(slowest, mapExponent(value, spectrum.alpha).real());
  return slowest * time < -10;
}

}  // namespace

double rightExplains(const Experiment& experiment, double byStudent, Progress& progress) {
  constexpr double kMostWork = 5e9;   // a second of a dense network's steps
  constexpr double kPieceWork = 2e8;  // between two looks for a stop
  const auto& simulation = *experiment.simulation;
  const Matrix& display = simulation.display;
  const Index steps = display.cols();
  if (!(byStudent < -1) || !experiment.teacherAnalysis || experiment.fit->student.emission) return 0;
  if (forgetsSoon(experiment.teacherAnalysis->spectrum, static_cast<double>(steps) * simulation.alpha))
    return 0;
  const double units = static_cast<double>(simulation.units), perStep = units * units;
  if (!simulation.kept.empty() || perStep * static_cast<double>(steps) > kMostWork)
    return Foresight::kNotKnown;
  const Teacher& teacher = *experiment.teacher->teacher;
  const double scale = simulationOptions(experiment.settings).inputScale;
  Stepper stepper(teacher.network, teacher.options.phi, teacher.options.convention, simulation.alpha);
  const Matrix X = display(experiment.observation->seen, Eigen::all);
  Matrix now = display.col(0), next = now, drive(simulation.units, 0), foreseen = X;
  const auto piece = static_cast<Index>(std::max(kPieceWork / perStep, 1.0));
  for (Index t = 1; t < steps; ++t) {
    if (t % piece == 0)
      progress.checkpoint(static_cast<double>(t) / static_cast<double>(steps),
                          "running the teacher without noise");
    if (simulation.signal.size() > 0) drive = scale * simulation.signal(t - 1) * teacher.integrationMode;
    stepper.step(now, drive, next);
    now.swap(next);
    foreseen.col(t) = now(experiment.observation->seen, 0);
  }
  return explainedVariance(X, foreseen);
}

}  // namespace keyhole::stages
