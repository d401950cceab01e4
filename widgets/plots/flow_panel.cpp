#include "widgets/plots/flow_panel.h"

#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kBrightness = 0.1;  // the speed map shows speed^0.1, as in the paper

double cellOf(double low, double high, const FlowField& field) {
  return (high - low) / static_cast<double>(std::max<Index>(field.arrows, 1));
}

// How many cells of the grid the state crosses per τ, at every arrow.
Vector cellsPerTau(const FlowField& field) {
  const double width = cellOf(field.plane.x0, field.plane.x1, field);
  const double height = cellOf(field.plane.y0, field.plane.y1, field);
  return ((field.arrowU / width).array().square() + (field.arrowV / height).array().square())
      .sqrt()
      .reshaped();
}

// The middle of one of `count` cells between low and high.
double middle(double low, double high, Index cell, Index count) {
  return low + (high - low) * (static_cast<double>(cell) + 0.5) / static_cast<double>(count);
}

// 1, 2 or 5 times a power of ten, at most `value`.
double roundBelow(double value) {
  if (!(value > 0)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {5.0, 2.0})
    if (step * power <= value) return step * power;
  return power;
}

}  // namespace

double sharedArrowTime(const Experiment& experiment) {
  constexpr double kLongest = 1.5, kShare = 0.95;
  std::vector<double> crossed;
  for (Side side : {Side::teacher, Side::student})
    if (const auto& analysis = analysisOf(experiment, side))
      for (const double cells : cellsPerTau(analysis->flow)) crossed.push_back(cells);
  if (crossed.empty()) return 1;
  const auto high =
      crossed.begin() + static_cast<std::ptrdiff_t>(kShare * static_cast<double>(crossed.size() - 1));
  std::nth_element(crossed.begin(), high, crossed.end());
  return *high > 0 ? roundBelow(kLongest / *high) : 1;
}

FlowPanel::FlowPanel(Side side, QWidget* parent)
    : PlotPanel(side == Side::teacher ? "teacher-flow" : "student-flow",
                side == Side::teacher ? tr("Teacher's flow") : tr("Student's flow"), parent),
      m_side(side),
      m_speed(new QCPColorMap(plot().xAxis, plot().yAxis)),
      m_arrows(new ArrowField(plot().xAxis, plot().yAxis)),
      m_trajectory(new TimeCurve(plot().xAxis, plot().yAxis)),
      m_probe(new TimeCurve(plot().xAxis, plot().yAxis)),
      m_marks(plot().xAxis, plot().yAxis),
      m_keyText(addNote(Qt::AlignRight | Qt::AlignTop, 0.985, 0.02)),
      m_key(new ArrowKey(&plot(), m_keyText)) {
  setAccessibleDescription(
      tr("Arrows and speed in the plane of the two leading principal components. Click to start a "
         "trajectory in teacher and student."));
  m_speed->setInterpolate(true);
  m_speed->setTightBoundary(true);
  m_trajectory->setLayer("main");
  applyTheme();
}

bool FlowPanel::speaksFor(const Experiment& experiment) const {
  return m_side == Side::student || analysisOf(experiment, m_side);
}

void FlowPanel::applyTheme() {
  PlotPanel::applyTheme();
  m_drawn = {};
  QColor arrows = theme().foreground;
  arrows.setAlpha(170);
  m_arrows->setPen(QPen(arrows, theme().lineWidth));
  m_key->setPen(QPen(theme().foreground, 1.3 * theme().lineWidth));
  m_trajectory->setWidth(1.2 * theme().lineWidth);
  m_probe->setWidth(2 * theme().lineWidth);
  m_marks.setTheme(theme());
  m_probe->setSingleColour(colourOf(theme(), m_side));
  QCPColorGradient gradient;
  gradient.clearColorStops();
  gradient.setColorStopAt(0, theme().dark ? QColor(8, 8, 8) : QColor(120, 120, 120));
  gradient.setColorStopAt(1, theme().dark ? QColor(95, 95, 95) : QColor(255, 255, 255));
  m_speed->setGradient(gradient);
  QColor veil = theme().background;
  veil.setAlpha(180);
  m_keyText->setBrush(veil);
  m_keyText->setPadding(QMargins(3, 0, 2, theme().fontPixels * 2 / 3));
}

bool FlowPanel::isDrawn(const Experiment& experiment) {
  Drawn now{analysisOf(experiment, m_side), attractorsOf(experiment, m_side), sharedArrowTime(experiment),
            experiment.settings.flag("view.speed_map")};
  const bool same = now.analysis && now == m_drawn && (!m_probedFit || keepsProbe(experiment));
  m_drawn = std::move(now);
  return same;
}

// The run from a clicked point stays while its picture is refined, if that keeps the plane.
bool FlowPanel::keepsProbe(const Experiment& experiment) const {
  const auto* analysis = analysisOf(experiment, m_side).get();
  return m_probedFit == experiment.fit && analysis && samePlane(analysis->flow.plane, m_probedPlane);
}

void FlowPanel::showExperiment(const Experiment& experiment) {
  if (isDrawn(experiment)) return;
  const auto* analysis = analysisOf(experiment, m_side).get();
  for (QCPAbstractPlottable* part :
       std::initializer_list<QCPAbstractPlottable*>{m_speed, m_arrows, m_trajectory, m_probe})
    part->setVisible(analysis);
  m_marks.show(analysis ? attractorsOf(experiment, m_side) : nullptr,
               analysis ? analysis->flow.plane : FlowPlane(), timeUnitOf(experiment));
  m_keyText->setVisible(analysis);
  m_key->setVisible(analysis);
  if (!analysis) {
    showMessage(experiment.fit ? QString::fromStdString(experiment.fit->student.summary.message) : QString());
    return queueReplot();
  }
  showMessage({});
  showAxes(analysis->flow);
  showSpeed(analysis->flow, experiment.settings.flag("view.speed_map"));
  showArrows(experiment, analysis->flow);
  m_trajectory->setPoints(analysis->flow.trajectory);
  m_trajectory->setSketched(analysis->reached == Depth::sketch);
  if (!keepsProbe(experiment)) {
    m_probe->setPoints(Matrix(2, 0));
    m_probedFit = nullptr;
  }
  queueReplot();
}

void FlowPanel::showAxes(const FlowField& field) {
  plot().xAxis->setRange(field.plane.x0, field.plane.x1);
  plot().yAxis->setRange(field.plane.y0, field.plane.y1);
  const bool common = experiment() && m_side == Side::student &&
                      experiment()->settings.text("analysis.flow_plane") == "common" &&
                      experiment()->teacherAnalysis;
  const auto label = [&](int number, double explained) {
    return common ? tr("teacher's PC %1").arg(number) : tr("PC %1 (%2)").arg(number).arg(percent(explained));
  };
  plot().xAxis->setLabel(label(1, field.plane.varianceExplained1));
  plot().yAxis->setLabel(label(2, field.plane.varianceExplained2));
}

void FlowPanel::showSpeed(const FlowField& field, bool visible) {
  m_speed->setVisible(visible);
  const auto cells = static_cast<int>(field.speed.rows());
  const double half = 0.5 / static_cast<double>(std::max(cells, 1));
  const double dx = (field.plane.x1 - field.plane.x0) * half, dy = (field.plane.y1 - field.plane.y0) * half;
  m_speed->data()->setSize(cells, cells);
  m_speed->data()->setRange({field.plane.x0 + dx, field.plane.x1 - dx},
                            {field.plane.y0 + dy, field.plane.y1 - dy});
  const Matrix shade = (kBrightness * field.speed.array().log()).exp();  // 0 stays 0
  for (int row = 0; row < cells; ++row)
    for (int column = 0; column < cells; ++column) m_speed->data()->setCell(column, row, shade(row, column));
  m_speed->rescaleDataRange(true);
}

void FlowPanel::showArrows(const Experiment& experiment, const FlowField& field) {
  const double time = sharedArrowTime(experiment);
  m_arrows->setArrows(field.arrowX, field.arrowY, field.arrowU, field.arrowV);
  m_arrows->setScale(time);
  const TimeUnit unit = timeUnitOf(experiment);
  const double shown = time * unit.perTau;  // of an arrow, in the unit of time
  const double speed = roundBelow(1.5 * cellOf(field.plane.x0, field.plane.x1, field) / shown);
  m_key->setLength(speed * shown);
  m_keyText->setText(tr("%1 / %2").arg(shortNumber(speed), unit.singular()));
}

void FlowPanel::setProbe(const Probe& probe) {
  m_probe->setPoints(m_side == Side::teacher ? probe.teacher : probe.student);
  const auto* analysis = experiment() ? analysisOf(*experiment(), m_side).get() : nullptr;
  m_probedFit = analysis ? experiment()->fit : nullptr;
  if (analysis) m_probedPlane = analysis->flow.plane;
  queueReplot();
}

void FlowPanel::clicked(double x, double y) {
  if (experiment() && analysisOf(*experiment(), m_side)) emit probeRequested(m_side, x, y);
}

QString FlowPanel::describe(double x, double y, QPointF pixel) const {
  const auto* analysis = experiment() ? analysisOf(*experiment(), m_side).get() : nullptr;
  if (!analysis) return {};
  if (const QString mark = m_marks.describe(pixel); !mark.isEmpty()) return mark;
  const auto& field = analysis->flow;
  const auto cell = [](double value, double low, double high, Index count) {
    return std::clamp<Index>(static_cast<Index>((value - low) / (high - low) * static_cast<double>(count)), 0,
                             count - 1);
  };
  const Index cells = field.speed.rows();
  const double speed = field.speed(cell(y, field.plane.y0, field.plane.y1, cells),
                                   cell(x, field.plane.x0, field.plane.x1, cells));
  const TimeUnit unit = timeUnitOf(*experiment());
  return tr("%1, %2: speed %3 per %4")
      .arg(shortNumber(x), shortNumber(y), shortNumber(speed / unit.perTau), unit.singular());
}

std::vector<PanelData> FlowPanel::data() const {
  const auto* analysis = experiment() ? analysisOf(*experiment(), m_side).get() : nullptr;
  if (!analysis) return {};
  const auto& field = analysis->flow;
  Matrix arrows(field.arrowX.size(), 4);
  arrows << field.arrowX.reshaped(), field.arrowY.reshaped(), field.arrowU.reshaped(),
      field.arrowV.reshaped();
  // One row per cell, so that every value stands beside its place.
  const Index cells = field.speed.rows();
  Matrix speed(cells * cells, 3);
  for (Index row = 0; row < cells; ++row)
    for (Index column = 0; column < cells; ++column)
      speed.row(row * cells + column) << middle(field.plane.x0, field.plane.x1, column, cells),
          middle(field.plane.y0, field.plane.y1, row, cells), field.speed(row, column);
  std::vector<PanelData> tables = {
      {name() + "-arrows", {"pc1", "pc2", "velocity1_per_tau", "velocity2_per_tau"}, arrows},
      {name() + "-speed", {"pc1", "pc2", "speed_per_tau"}, speed},
      {name() + "-trajectory", {"pc1", "pc2"}, field.trajectory.transpose()}};
  PanelData points = m_marks.pointTable(name() + "-points-of-rest");
  if (points.rows.rows() > 0) tables.push_back(std::move(points));
  return tables;
}

}  // namespace keyhole
