#include "widgets/plots/sides.h"

#include "widgets/plots/axes.h"

#include <QObject>

namespace keyhole {

const std::shared_ptr<const SystemAnalysis>& analysisOf(const Experiment& experiment, Side side) {
  return side == Side::teacher ? experiment.teacherAnalysis : experiment.studentAnalysis;
}

const std::shared_ptr<const Attractors>& attractorsOf(const Experiment& experiment, Side side) {
  return side == Side::teacher ? experiment.teacherAttractors : experiment.studentAttractors;
}

const Spectrum* spectrumOf(const Experiment& experiment, Side side) {
  const auto& analysis = analysisOf(experiment, side);
  return analysis ? &analysis->spectrum : nullptr;
}

std::optional<FlowSystem> systemOf(const Experiment& experiment, Side side) {
  return side == Side::teacher ? teacherSystem(experiment) : studentSystem(experiment);
}

QString TimeUnit::text(double tau) const {
  return shortNumber(tau * perTau) + " " + name;
}

QString TimeUnit::axis() const {
  return QObject::tr("time (%1)").arg(name);
}

QString TimeUnit::column() const {
  return name == "τ" ? "time_tau" : name == "s" ? "time_seconds" : "time_steps";
}

QString TimeUnit::singular() const {
  return name == QObject::tr("steps") ? QObject::tr("step") : name;
}

TimeUnit timeUnitOf(const Experiment& experiment) {
  if (!experiment.teacher || experiment.teacher->teacher || !experiment.simulation) return {};
  const double steps = 1 / experiment.simulation->alpha;
  const auto& recording = experiment.teacher->recording;
  if (recording && recording->intervalUnit == "s" && recording->interval > 0)
    return {steps * recording->interval, "s"};
  return {steps, QObject::tr("steps")};
}

QString nameOf(Side side) {
  return side == Side::teacher ? QObject::tr("teacher") : QObject::tr("student");
}

QColor colourOf(const Theme& theme, Side side) {
  return side == Side::teacher ? theme.teacher : theme.student;
}

}  // namespace keyhole
