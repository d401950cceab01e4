#include "widgets/plots/sides.h"

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

QString nameOf(Side side) {
  return side == Side::teacher ? QObject::tr("teacher") : QObject::tr("student");
}

QColor colourOf(const Theme& theme, Side side) {
  return side == Side::teacher ? theme.teacher : theme.student;
}

}  // namespace keyhole
