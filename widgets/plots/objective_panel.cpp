#include "widgets/plots/objective_panel.h"

#include "widgets/plots/axes.h"

#include <QTimer>

#include <cmath>

namespace keyhole {
namespace {

constexpr int kRedrawPause = 40;  // ms

FitObjective objectiveOf(const Experiment& experiment) {
  return fitMethod(experiment.settings).objective;
}

// The summary holds what is minimised; likelihoods are shown as they rise.
std::vector<double> shownValues(const Experiment& experiment) {
  std::vector<double> values = experiment.fit->student.summary.cost;
  if (rises(objectiveOf(experiment)))
    for (double& value : values) value = -value;
  return values;
}

}  // namespace

ObjectivePanel::ObjectivePanel(QWidget* parent)
    : PlotPanel("objective", tr("Progress of the fit"), parent), m_redraw(new QTimer(this)) {
  setAccessibleDescription(tr("The log-likelihood or loss of the fit after each of its iterations."));
  plot().xAxis->setLabel(tr("iteration"));
  m_redraw->setSingleShot(true);
  m_redraw->setInterval(kRedrawPause);
  connect(m_redraw, &QTimer::timeout, this, &ObjectivePanel::drawLive);
  applyTheme();
}

void ObjectivePanel::applyTheme() {
  PlotPanel::applyTheme();
  for (int i = 0; i < plot().graphCount(); ++i)
    plot().graph(i)->setPen(QPen(theme().student, 1.3 * theme().lineWidth));
}

bool ObjectivePanel::speaksFor(const Experiment& experiment) const {
  return experiment.fit && !experiment.fit->student.summary.cost.empty();
}

void ObjectivePanel::addObjective(int start, int iteration, double value) {
  if (start == 0 && iteration <= 0) m_live.clear();
  m_live.resize(std::max(m_live.size(), static_cast<std::size_t>(start) + 1));
  m_live[static_cast<std::size_t>(start)].push_back(value);
  if (!m_redraw->isActive()) m_redraw->start();
}

void ObjectivePanel::drawLive() {
  plot().show();  // also before the first experiment
  plot().clearGraphs();
  Range x{0, 1}, y;
  bool first = true;
  for (const auto& values : m_live) {
    QCPGraph* graph = plot().addGraph();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) continue;
      graph->addData(static_cast<double>(i), values[i]);
      if (first) y = {values[i], values[i]};
      first = false;
      y.include(values[i]);
    }
    x.include(static_cast<double>(values.size()));
  }
  const Range padded = y.padded(0.05);
  plot().xAxis->setRange(x.low, x.high);
  plot().yAxis->setRange(padded.low, padded.high);
  applyTheme();
  queueReplot();
}

void ObjectivePanel::showExperiment(const Experiment& experiment) {
  if (!speaksFor(experiment)) return;
  plot().yAxis->setLabel(QString::fromStdString(nameOf(objectiveOf(experiment))));
  // The starts that were watched stay beside the shown one.
  if (m_live.size() <= 1) m_live = {shownValues(experiment)};
  drawLive();
}

QString ObjectivePanel::describe(double x, double, QPointF) const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  const auto values = shownValues(*experiment());
  const auto i =
      std::clamp<std::ptrdiff_t>(std::lround(x), 0, static_cast<std::ptrdiff_t>(values.size()) - 1);
  return tr("iteration %1: %2").arg(i).arg(values[static_cast<std::size_t>(i)], 0, 'g', 8);
}

std::vector<PanelData> ObjectivePanel::data() const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  const auto values = shownValues(*experiment());
  Matrix rows(static_cast<Index>(values.size()), 2);
  for (std::size_t i = 0; i < values.size(); ++i)
    rows.row(static_cast<Index>(i)) << static_cast<double>(i), values[i];
  return {{"objective", {"iteration", "objective"}, rows}};
}

}  // namespace keyhole
