#include "widgets/plots/perturbation_plane_panel.h"

#include "widgets/plots/equal_aspect_rect.h"
#include "widgets/plots/perturbation_panel.h"
#include "widgets/plots/sides.h"

#include <algorithm>

namespace keyhole {
namespace {

constexpr auto kPlanePlayback = "playback";
constexpr double kTail = 2;  // τ

PerturbationPlanePanel::Place placeAt(const Vector& time, const Matrix& path, double at) {
  const Vector x = path.row(0), y = path.row(1);
  return {valueAt(time, x, at), valueAt(time, y, at)};
}

}  // namespace

PerturbationPlanePanel::PerturbationPlanePanel(PerturbationRole role, QWidget* parent)
    : PlotPanel(role == PerturbationRole::teacher ? "teacher-push" : "student-push",
                role == PerturbationRole::teacher ? tr("Teacher") : tr("Student"), parent),
      m_role(role) {
  plot().plotLayout()->clear();
  m_rect = new EqualAspectRect(&plot());
  plot().plotLayout()->addElement(0, 0, m_rect);
  plot().xAxis = m_rect->axis(QCPAxis::atBottom);
  plot().yAxis = m_rect->axis(QCPAxis::atLeft);
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->setLayer("axes");
  plot().addLayer(kPlanePlayback, plot().layer("legend"), QCustomPlot::limAbove);
  plot().layer(kPlanePlayback)->setMode(QCPLayer::lmBuffered);
  for (QCPCurve** curve : {&m_freePath, &m_perturbedPath, &m_freeTail, &m_perturbedTail})
    *curve = new QCPCurve(plot().xAxis, plot().yAxis);
  m_freeDot = addLine(Qt::NoPen, tr("left alone"));
  m_perturbedDot = addLine(Qt::NoPen, tr("perturbed"));
  for (QCPGraph* dot : {m_freeDot, m_perturbedDot}) dot->setLineStyle(QCPGraph::lsNone);
  for (QCPAbstractPlottable* part :
       std::initializer_list<QCPAbstractPlottable*>{m_freeTail, m_perturbedTail, m_freeDot, m_perturbedDot})
    part->setLayer(kPlanePlayback);
  for (QCPCurve* curve : {m_freePath, m_perturbedPath, m_freeTail, m_perturbedTail})
    curve->removeFromLegend();
  setAccessibleDescription(
      tr("The seen activity with and without the perturbation, on the plane of the two leading "
         "principal components of both systems."));
  plot().xAxis->setLabel(tr("PC 1"));
  plot().yAxis->setLabel(tr("PC 2"));
  legendAbove();
  PerturbationPlanePanel::applyTheme();
}

void PerturbationPlanePanel::applyTheme() {
  PlotPanel::applyTheme();
  const QColor colour = m_role == PerturbationRole::teacher ? theme().teacher : theme().student;
  const double width = theme().lineWidth, size = 1.3 * theme().markSize;
  QColor faint = colour, grey = theme().muted;
  faint.setAlpha(100);
  grey.setAlpha(110);
  m_freePath->setPen(QPen(grey, width));
  m_perturbedPath->setPen(QPen(faint, width));
  m_freeTail->setPen(QPen(theme().muted, 2.2 * width));
  m_perturbedTail->setPen(QPen(colour, 2.2 * width));
  m_freeDot->setScatterStyle(
      {QCPScatterStyle::ssCircle, QPen(theme().muted, 2 * width), theme().background, size});
  m_perturbedDot->setScatterStyle({QCPScatterStyle::ssDisc, QPen(colour), colour, size});
}

void PerturbationPlanePanel::setRun(const std::shared_ptr<const Experiment>& experiment, const Vector& time,
                                    const PerturbationPlane& plane, Range x, Range y) {
  m_time = time;
  m_plane = plane;
  m_rect->setContents(x, y);
  setExperiment(experiment);
}

void PerturbationPlanePanel::showExperiment(const Experiment&) {
  const auto draw = [](QCPCurve* curve, const Matrix& path) {
    QVector<double> t, x, y;
    for (Index k = 0; k < path.cols(); ++k) {
      t.append(static_cast<double>(k));
      x.append(path(0, k));
      y.append(path(1, k));
    }
    curve->setData(t, x, y, true);
  };
  draw(m_freePath, m_plane.free);
  draw(m_perturbedPath, m_plane.perturbed);
  placeDots();
  queueReplot();
}

PerturbationPlanePanel::Place PerturbationPlanePanel::freeAt(double time) const {
  return placeAt(m_time, m_plane.free, time);
}

PerturbationPlanePanel::Place PerturbationPlanePanel::perturbedAt(double time) const {
  return placeAt(m_time, m_plane.perturbed, time);
}

void PerturbationPlanePanel::setTime(double time) {
  m_now = std::max(time, 0.0);
  if (m_time.size() == 0) return;
  placeDots();
  if (plot().isVisible()) plot().layer(kPlanePlayback)->replot();
}

void PerturbationPlanePanel::placeDots() {
  if (m_time.size() == 0) return;
  drawTail(*m_freeTail, m_plane.free);
  drawTail(*m_perturbedTail, m_plane.perturbed);
  const Place free = freeAt(m_now), perturbed = perturbedAt(m_now);
  m_freeDot->setData({free.x}, {free.y});
  m_perturbedDot->setData({perturbed.x}, {perturbed.y});
}

// The kept points of the last kTail, between its interpolated ends.
void PerturbationPlanePanel::drawTail(QCPCurve& tail, const Matrix& path) const {
  const double from = std::max(m_now - kTail, 0.0);
  QVector<double> t, x, y;
  const auto add = [&](double at) {
    const Place place = placeAt(m_time, path, at);
    t.append(at);
    x.append(place.x);
    y.append(place.y);
  };
  add(from);
  const auto* first = std::upper_bound(m_time.data(), m_time.data() + m_time.size(), from);
  for (const double* at = first; at != m_time.data() + m_time.size() && *at < m_now; ++at) add(*at);
  add(m_now);
  tail.setData(t, x, y, true);
}

QString PerturbationPlanePanel::describe(double x, double y, QPointF) const {
  if (m_time.size() == 0) return {};
  return tr("%1, %2 on the two leading principal components of what teacher and student do here")
      .arg(shortNumber(x), shortNumber(y));
}

std::vector<PanelData> PerturbationPlanePanel::data() const {
  if (m_time.size() == 0) return {};
  const TimeUnit unit = experiment() ? timeUnitOf(*experiment()) : TimeUnit();
  Matrix rows(m_time.size(), 5);
  rows << unit.perTau * m_time, m_plane.free.transpose(), m_plane.perturbed.transpose();
  return {{name(), {unit.column(), "free_pc1", "free_pc2", "pushed_pc1", "pushed_pc2"}, rows}};
}

}  // namespace keyhole
