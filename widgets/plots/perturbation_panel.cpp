#include "widgets/plots/perturbation_panel.h"

#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kFloor = 1e-4;  // the lowest decade of the logarithmic axis
constexpr auto kDistancePlayback = "playback";

// Of the shown students' own colour, darker and lighter in turn.
QColor shade(const QColor& colour, std::size_t number) {
  constexpr int kSteps[] = {130, 160, 190};
  const int step = kSteps[number / 2 % 3];
  return number % 2 == 0 ? colour.lighter(step) : colour.darker(step);
}

Vector relative(const PerturbedRun& run) {
  return run.initial > 0 ? Vector(run.distance / run.initial) : Vector();
}

}  // namespace

QPen perturbationPen(const Perturbation& perturbation, std::size_t index, const Theme& theme) {
  const PerturbationRole role = perturbation.systems[index].role;
  if (role == PerturbationRole::teacher) return QPen(theme.teacher, 1.8 * theme.lineWidth);
  if (role == PerturbationRole::shown) return QPen(theme.student, 1.8 * theme.lineWidth);
  std::size_t number = 0;
  for (std::size_t i = 0; i < index; ++i) number += perturbation.systems[i].role == PerturbationRole::other;
  static const QList<QList<qreal>> kDashes = {{6, 3}, {2, 2}, {8, 3, 2, 3}, {4, 4}, {8, 3, 2, 3, 2, 3}};
  QPen pen(shade(theme.student, number), 1.3 * theme.lineWidth);
  pen.setDashPattern(kDashes[static_cast<qsizetype>(number) % kDashes.size()]);
  return pen;
}

QString perturbationName(const Perturbed& system) {
  return QString::fromStdString(system.run.name);
}

double valueAt(const Vector& time, ConstVectorRef values, double at) {
  const Index n = std::min(time.size(), values.size());
  if (n == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto after = std::upper_bound(time.begin(), time.begin() + n, at) - time.begin();
  if (after == 0) return values(0);
  if (after >= n) return values(n - 1);
  const double share = (at - time(after - 1)) / (time(after) - time(after - 1));
  return values(after - 1) + share * (values(after) - values(after - 1));
}

PerturbationPanel::PerturbationPanel(QWidget* parent)
    : PlotPanel("push", tr("Memory of a perturbation"), parent),
      m_half(new QCPItemStraightLine(&plot())),
      m_cursor(new QCPItemStraightLine(&plot())) {
  setAccessibleDescription(
      tr("Distance between the runs with and without the perturbation over time, for the teacher and each "
         "student."));
  plot().xAxis->setLabel(tr("time since the perturbation (τ)"));
  plot().yAxis->setLabel(tr("distance / distance at first"));
  // Only this layer is painted while the cursor moves.
  plot().addLayer(kDistancePlayback, plot().layer("legend"), QCustomPlot::limAbove);
  plot().layer(kDistancePlayback)->setMode(QCPLayer::lmBuffered);
  m_cursor->setLayer(kDistancePlayback);
  m_cursor->setVisible(false);
  for (QCPItemPosition* point : {m_half->point1, m_half->point2}) {
    point->setTypeX(QCPItemPosition::ptAxisRectRatio);
    point->setTypeY(QCPItemPosition::ptPlotCoords);
  }
  m_half->point1->setCoords(0, 0.5);
  m_half->point2->setCoords(1, 0.5);
  legendAbove();
  PerturbationPanel::applyTheme();
}

void PerturbationPanel::applyTheme() {
  PlotPanel::applyTheme();
  m_half->setPen(QPen(theme().muted, 0.75 * theme().lineWidth, Qt::DotLine));
  m_cursor->setPen(QPen(theme().foreground, 0.75 * theme().lineWidth));
}

void PerturbationPanel::setPerturbation(const std::shared_ptr<const Experiment>& experiment,
                                        const std::shared_ptr<const Perturbation>& perturbation) {
  m_perturbation = perturbation;
  setExperiment(experiment);
}

void PerturbationPanel::setLogarithmic(bool logarithmic) {
  m_logarithmic = logarithmic;
  if (!m_perturbation) return;
  showRanges();
  queueReplot();
}

void PerturbationPanel::showExperiment(const Experiment& experiment) {
  const TimeUnit unit = timeUnitOf(experiment);
  m_perTau = unit.perTau;
  plot().xAxis->setLabel(tr("time since the perturbation (%1)").arg(unit.name));
  plot().clearGraphs();
  m_marks.clear();
  if (!m_perturbation) return;
  const auto& systems = m_perturbation->systems;
  bool felt = false;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    const PerturbedRun& run = systems[i].run;
    const Vector values = relative(run);
    QCPGraph* graph = addLine(perturbationPen(*m_perturbation, i, theme()), perturbationName(systems[i]));
    for (Index k = 0; k < values.size(); ++k) graph->addData(m_perTau * run.time(k), values(k));
    felt = felt || values.size() > 0;
  }
  for (std::size_t i = 0; i < systems.size(); ++i) {
    QCPGraph* mark = addLine(Qt::NoPen, {});
    mark->removeFromLegend();
    mark->setLayer(kDistancePlayback);
    mark->setLineStyle(QCPGraph::lsNone);
    const QColor colour = perturbationPen(*m_perturbation, i, theme()).color();
    mark->setScatterStyle({QCPScatterStyle::ssDisc, QPen(colour), colour, theme().markSize});
    m_marks.append(mark);
  }
  showMessage(felt ? QString() : tr("The seen units do not feel this perturbation."));
  showRanges();
  PerturbationPanel::applyTheme();
  legendAbove()->setIconSize(3 * theme().fontPixels, theme().fontPixels);  // dashes need some length
  placeCursor();
  queueReplot();
}

void PerturbationPanel::showRanges() {
  double lowest = 1, highest = 1, end = 0;
  for (const auto& [role, captured, run, late] : m_perturbation->systems) {
    const Vector values = relative(run);
    if (values.size() == 0) continue;
    end = std::max(end, m_perTau * run.time(run.time.size() - 1));
    highest = std::max(highest, values.maxCoeff());
    for (const double value : values)
      if (value > 0) lowest = std::min(lowest, value);
  }
  QCPAxis* y = plot().yAxis;
  if (m_logarithmic) {
    y->setScaleType(QCPAxis::stLogarithmic);
    y->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
    y->setNumberFormat("eb");
    y->setNumberPrecision(0);
    const double floor = std::pow(10, std::floor(std::log10(std::clamp(lowest, kFloor, 0.2))));
    y->setRange(floor, 1.3 * highest);
  } else {
    y->setScaleType(QCPAxis::stLinear);
    y->setTicker(QSharedPointer<QCPAxisTicker>::create());
    y->setNumberFormat("gb");
    y->setNumberPrecision(6);
    y->setRange(0, 1.05 * highest);
  }
  plot().xAxis->setRange(0, std::max(end, 1e-3));
}

void PerturbationPanel::setTime(double time) {
  m_time = time;
  if (!m_perturbation) return;
  placeCursor();
  if (plot().isVisible()) plot().layer(kDistancePlayback)->replot();
}

void PerturbationPanel::placeCursor() {
  m_cursor->setVisible(m_time >= 0);
  m_cursor->point1->setCoords(m_perTau * m_time, 1);
  m_cursor->point2->setCoords(m_perTau * m_time, 2);
  for (qsizetype i = 0; i < m_marks.size(); ++i) {
    const PerturbedRun& run = m_perturbation->systems[static_cast<std::size_t>(i)].run;
    m_marks[i]->data()->clear();
    const Vector values = relative(run);
    if (m_time >= 0 && values.size() > 0)
      m_marks[i]->addData(m_perTau * m_time, valueAt(run.time, values, m_time));
  }
}

QString PerturbationPanel::describe(double x, double, QPointF) const {
  if (!m_perturbation) return {};
  QStringList parts;
  for (const auto& system : m_perturbation->systems) {
    const Vector values = relative(system.run);
    if (values.size() > 0)
      parts.append(
          tr("%1 %2").arg(perturbationName(system), percent(valueAt(system.run.time, values, x / m_perTau))));
  }
  const QString at = experiment() ? timeUnitOf(*experiment()).text(x / m_perTau) : QString();
  return tr("%1 after the perturbation: %2").arg(at, parts.join(", "));
}

std::vector<PanelData> PerturbationPanel::data() const {
  std::vector<PanelData> tables;
  if (!m_perturbation || !experiment()) return tables;
  const TimeUnit unit = timeUnitOf(*experiment());
  for (const auto& system : m_perturbation->systems) {
    const PerturbedRun& run = system.run;
    Matrix rows(run.time.size(), 2);
    rows << unit.perTau * run.time, run.distance;
    tables.push_back({"push-" + perturbationName(system).toLower().remove(',').replace(' ', '-'),
                      {unit.column(), "distance"},
                      rows});
  }
  return tables;
}

}  // namespace keyhole
