#include "widgets/plots/task_panel.h"

#include "widgets/plots/axes.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {
constexpr Index kTaskBuckets = 700;
}

TaskPanel::TaskPanel(QWidget* parent)
    : PlotPanel("task", tr("Task: input and readout"), parent),
      m_input(nullptr),
      m_ideal(nullptr),
      m_teacher(nullptr),
      m_student(nullptr) {
  setAccessibleDescription(
      tr("The task's input (right axis) and the readouts of teacher, student and an ideal integrator."));
  m_input = plot().addGraph(plot().xAxis, plot().yAxis2);
  m_teacher = addLine({}, tr("teacher"));
  m_student = addLine({}, tr("student"));
  m_ideal = addLine({}, tr("ideal integrator"));
  m_input->setName(tr("input"));
  plot().yAxis2->setVisible(true);
  plot().xAxis->setLabel(tr("time (τ)"));
  plot().yAxis->setLabel(tr("readout"));
  plot().yAxis2->setLabel(tr("input"));
  legendAbove();
  applyTheme();
}

void TaskPanel::applyTheme() {
  PlotPanel::applyTheme();
  QColor faint = theme().muted;
  faint.setAlpha(150);
  m_input->setPen(QPen(faint, 0.8 * theme().lineWidth));
  m_teacher->setPen(QPen(theme().teacher, 1.2 * theme().lineWidth));
  m_student->setPen(QPen(theme().student, 1.2 * theme().lineWidth));
  m_ideal->setPen(QPen(theme().foreground, theme().lineWidth, Qt::DashLine));
  QCPAxis* right = plot().yAxis2;
  right->setTickLabelFont(theme().font());
  right->setLabelFont(theme().font());
  for (const auto& setColour : {&QCPAxis::setTickLabelColor, &QCPAxis::setLabelColor})
    (right->*setColour)(theme().muted);
  right->setBasePen(QPen(theme().muted));
  right->setTickPen(QPen(theme().muted));
  right->setSubTickPen(Qt::NoPen);
}

bool TaskPanel::speaksFor(const Experiment& experiment) const {
  return experiment.simulation && experiment.simulation->readout.size() > 0;
}

void TaskPanel::showExperiment(const Experiment& experiment) {
  if (!speaksFor(experiment)) return;
  const auto& simulation = *experiment.simulation;
  const double alpha = simulation.alpha;
  Fingerprint shown;
  shown.add(alpha).add(simulation.signal.head(simulation.readout.size())).add(simulation.readout);
  if (isDrawn(shown.add(simulation.target).add(experiment.studentReadout))) return;
  const auto draw = [alpha](QCPGraph* graph, const Vector& values, Index stride = 1) {
    const DrawnLine line = decimated(0, alpha * static_cast<double>(stride), values, kTaskBuckets);
    graph->setData(line.x, line.y, true);
  };
  const Index steps = simulation.readout.size();
  draw(m_input, simulation.signal.head(steps));
  draw(m_teacher, simulation.readout);
  draw(m_ideal, simulation.target);
  draw(m_student, experiment.studentReadout,
       experiment.studentAnalysis ? experiment.studentAnalysis->stride : 1);
  Range range = Range::of(simulation.readout);
  const Range ideal = Range::of(simulation.target);
  range.include(ideal.low);
  range.include(ideal.high);
  // The student may run away; what it does within twice the truth's range is shown.
  const Range limit = range.padded(0.5);
  for (const double value : experiment.studentReadout)
    range.include(std::clamp(value, limit.low, limit.high));
  plot().xAxis->setRange(0, alpha * static_cast<double>(std::max<Index>(steps - 1, 1)));
  const Range padded = range.padded(0.06), input = Range::of(simulation.signal.head(steps)).padded(0.06);
  plot().yAxis->setRange(padded.low, padded.high);
  plot().yAxis2->setRange(input.low, input.high);
  queueReplot();
}

QString TaskPanel::describe(double x, double, QPointF) const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  const auto& simulation = *experiment()->simulation;
  const auto step = std::clamp<Index>(std::lround(x / simulation.alpha), 0, simulation.readout.size() - 1);
  QString text = tr("%1 τ: input %2, teacher %3, ideal %4")
                     .arg(shortNumber(x), shortNumber(simulation.signal(step)),
                          shortNumber(simulation.readout(step)), shortNumber(simulation.target(step)));
  const Vector& student = experiment()->studentReadout;
  const Index at = student.size() > 0 ? step / experiment()->studentAnalysis->stride : 0;
  if (student.size() > at) text += tr(", student %1").arg(shortNumber(student(at)));
  return text;
}

std::vector<PanelData> TaskPanel::data() const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  const auto& e = *experiment();
  const Index n = e.simulation->readout.size();
  const bool both = e.studentReadout.size() == n;
  PanelData table{
      "task", {"time_tau", "input", "readout_teacher", "ideal_integrator"}, Matrix(n, both ? 5 : 4)};
  table.rows.col(0) = Vector::LinSpaced(n, 0, e.simulation->alpha * static_cast<double>(n - 1));
  table.rows.col(1) = e.simulation->signal.head(n);
  table.rows.col(2) = e.simulation->readout;
  table.rows.col(3) = e.simulation->target;
  if (both) {
    table.columns.append("readout_student");
    table.rows.col(4) = e.studentReadout;
  }
  return {table};
}

}  // namespace keyhole
