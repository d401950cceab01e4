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

std::optional<FlowSystem> systemOf(const Experiment& experiment, Side side) {
  return side == Side::teacher ? teacherSystem(experiment) : studentSystem(experiment);
}

QString TimeUnit::text(double tau) const {
  return shortNumber(tau * perTau) + " " + name;
}

TimeUnit timeUnitOf(const Experiment& experiment) {
  const auto sampling = samplingOf(experiment);
  if (!sampling) return {};
  const double steps = 1 / experiment.fit->student.alpha;
  if (sampling->seconds > 0) return {steps * sampling->seconds, "s"};
  return {steps, QObject::tr("steps")};
}

QString nameOf(Side side) {
  return side == Side::teacher ? QObject::tr("teacher") : QObject::tr("student");
}

QColor colourOf(const Theme& theme, Side side) {
  return side == Side::teacher ? theme.teacher : theme.student;
}

}  // namespace keyhole
