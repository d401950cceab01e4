#include "widgets/plots/attractor_marks.h"

#include "core/analysis/verdict.h"
#include "widgets/plots/axes.h"

#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kMarkPixels = 12;
constexpr double kArm = 0.05;  // length of a direction, each way, in parts of the axes

QCPGraph* scatter(QCPAxis* x, QCPAxis* y) {
  auto* graph = new QCPGraph(x, y);
  graph->setLineStyle(QCPGraph::lsNone);
  graph->removeFromLegend();
  return graph;
}

QCPCurve* curve(QCPAxis* x, QCPAxis* y) {
  auto* made = new QCPCurve(x, y);
  made->removeFromLegend();
  return made;
}

void addTo(QCPCurve* curve, ConstMatrixRef points, bool closed) {
  for (Index i = 0; i < points.cols(); ++i) curve->addData(points(0, i), points(1, i));
  if (closed && points.cols() > 0) curve->addData(points(0, 0), points(1, 0));
  const double gap = std::numeric_limits<double>::quiet_NaN();
  curve->addData(gap, gap);
}

double hoverDistance(QCPAxis* x, QCPAxis* y, double atX, double atY, QPointF pixel) {
  return std::hypot(x->coordToPixel(atX) - pixel.x(), y->coordToPixel(atY) - pixel.y());
}

// One of the many points of a continuum, at which a search happened to end.
bool isPartOfCurve(const FixedPoint& point) {
  return point.continuum >= 0 &&
         (point.kind == PointKind::slow || point.local.stability == Stability::marginal);
}

QString cycleText(const LimitCycle& cycle, const TimeUnit& unit) {
  return QObject::tr("%1 closed orbit, period %2, closed to %3 of its size")
      .arg(QString::fromStdString(nameOf(cycle.stability)), unit.text(cycle.period),
           shortNumber(cycle.residual));
}

}  // namespace

QString pointText(const FixedPoint& point, const TimeUnit& unit) {
  QString text;
  if (point.kind == PointKind::fixed)
    text = QObject::tr("%1 point of rest").arg(QString::fromStdString(nameOf(point.local.stability)));
  else if (point.kind == PointKind::slow)
    text = QObject::tr("slow point, no fixed one");
  else
    text = QObject::tr("the search ended here without a point of rest");
  if (point.local.eigenvalues.size() > 0)
    text += QObject::tr(", λ₁ = %1").arg(QString::fromStdString(complexText(point.local.eigenvalues(0))));
  text += QObject::tr(", speed %1 per %2").arg(shortNumber(point.residual / unit.perTau), unit.singular());
  if (point.continuum >= 0) text += QObject::tr(", on a continuous attractor");
  if (point.starts > 0) text += QObject::tr(", %1 starts").arg(point.starts);
  return text;
}

AttractorMarks::AttractorMarks(QCPAxis* x, QCPAxis* y)
    : m_x(x),
      m_y(y),
      m_stable(nullptr),
      m_directions(curve(x, y)),
      m_cycles(curve(x, y)),
      m_unstableCycles(curve(x, y)),
      m_line(curve(x, y)) {
  m_stable = scatter(x, y);
  m_saddle = scatter(x, y);
  m_unstable = scatter(x, y);
  m_slow = scatter(x, y);
  m_lost = scatter(x, y);
}

void AttractorMarks::setTheme(const Theme& theme) {
  const double size = 1.3 * theme.markSize, width = 1.4 * theme.lineWidth;
  const QPen pen(theme.foreground, width);
  m_stable->setScatterStyle({QCPScatterStyle::ssDisc, pen, theme.foreground, size});
  m_saddle->setScatterStyle({QCPScatterStyle::ssPlusCircle, pen, theme.background, size});
  m_unstable->setScatterStyle({QCPScatterStyle::ssCircle, pen, theme.background, size});
  m_slow->setScatterStyle({QCPScatterStyle::ssSquare, pen, theme.background, 0.8 * size});
  m_lost->setScatterStyle({QCPScatterStyle::ssCross, QPen(theme.muted, width), Qt::NoBrush, 0.6 * size});
  m_directions->setPen(QPen(theme.foreground, width));
  m_cycles->setPen(QPen(theme.foreground, 1.6 * width));
  m_unstableCycles->setPen(QPen(theme.foreground, width, Qt::DashLine));
  QColor line = theme.foreground;
  line.setAlpha(130);
  m_line->setPen(QPen(line, 4 * theme.lineWidth, Qt::SolidLine, Qt::RoundCap));
}

void AttractorMarks::show(std::shared_ptr<const Attractors> attractors, const FlowPlane& plane,
                          const TimeUnit& unit) {
  m_attractors = std::move(attractors);
  m_unit = unit;
  m_plane = plane;
  for (QCPGraph* graph : {m_stable, m_saddle, m_unstable, m_slow, m_lost}) graph->data()->clear();
  for (QCPCurve* part : {m_directions, m_cycles, m_unstableCycles, m_line}) part->data()->clear();
  m_places.resize(2, 0);
  if (!m_attractors) return;
  showPoints();
  showDirections();
  showOrbits();
}

void AttractorMarks::showPoints() {
  const auto& points = m_attractors->points.points;
  m_places.resize(2, static_cast<Index>(points.size()));
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto at = static_cast<Index>(i);
    m_places.col(at) = toPlane(m_plane, points[i].position);
    // Of a continuum of points of rest, the curve is what is there.
    if (isPartOfCurve(points[i])) continue;
    QCPGraph* marks = m_saddle;
    if (points[i].kind == PointKind::notConverged)
      marks = m_lost;
    else if (points[i].kind == PointKind::slow)
      marks = m_slow;
    else if (points[i].local.stability == Stability::unstable)
      marks = m_unstable;
    else if (points[i].local.stability != Stability::saddle)
      marks = m_stable;
    marks->addData(m_places(0, at), m_places(1, at));
  }
}

// The unstable directions as they lie in the plane; what stands across it is short.
void AttractorMarks::showDirections() {
  const auto& points = m_attractors->points.points;
  const double width = m_plane.x1 - m_plane.x0, height = m_plane.y1 - m_plane.y0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].kind != PointKind::fixed) continue;
    for (const LocalMode& mode : points[i].local.modes) {
      if (mode.value.real() <= 1 || mode.value.imag() != 0) continue;
      Matrix arm = m_plane.E.transpose() * mode.plane;
      // In parts of the axes, which may have different scales.
      const double seen = std::hypot(arm(0, 0) / width, arm(1, 0) / height);
      if (!(seen > 0)) continue;
      const double inPlane = arm.norm();  // of 1
      arm *= kArm * inPlane / seen;
      Matrix ends(2, 2);
      ends << m_places.col(static_cast<Index>(i)) - arm, m_places.col(static_cast<Index>(i)) + arm;
      addTo(m_directions, ends, false);
    }
  }
}

void AttractorMarks::showOrbits() {
  for (const LimitCycle& cycle : m_attractors->cycles) {
    if (cycle.status != CycleStatus::found) continue;
    const bool unstable = cycle.stability == CycleStability::unstable;
    addTo(unstable ? m_unstableCycles : m_cycles, toPlane(m_plane, cycle.points), true);
  }
  for (const SlowManifold& one : m_attractors->continua)
    addTo(m_line, toPlane(m_plane, one.points), one.status != SlowManifoldStatus::line);
}

QString AttractorMarks::describe(QPointF pixel) const {
  if (!m_attractors) return {};
  double best = kMarkPixels;
  QString text;
  for (Index i = 0; i < m_places.cols(); ++i) {
    const double distance = hoverDistance(m_x, m_y, m_places(0, i), m_places(1, i), pixel);
    if (distance >= best) continue;
    best = distance;
    text = pointText(m_attractors->points.points[static_cast<std::size_t>(i)], m_unit);
  }
  if (!text.isEmpty()) return text;
  for (const LimitCycle& cycle : m_attractors->cycles) {
    if (cycle.status != CycleStatus::found) continue;
    const Matrix orbit = toPlane(m_plane, cycle.points);
    for (Index i = 0; i < orbit.cols(); ++i) {
      const double distance = hoverDistance(m_x, m_y, orbit(0, i), orbit(1, i), pixel);
      if (distance < best) {
        best = distance;
        text = cycleText(cycle, m_unit);
      }
    }
  }
  return text;
}

PanelData AttractorMarks::pointTable(const QString& name) const {
  PanelData table{name,
                  {"pc1", "pc2", "kind", "stability", "speed_per_tau", "q", "gradient", "starts",
                   "lambda1_re", "lambda1_im"},
                  Matrix(m_places.cols(), 10)};
  for (Index i = 0; i < m_places.cols(); ++i) {
    const FixedPoint& point = m_attractors->points.points[static_cast<std::size_t>(i)];
    const std::complex<double> first =
        point.local.eigenvalues.size() > 0
            ? point.local.eigenvalues(0)
            : std::complex<double>(std::numeric_limits<double>::quiet_NaN(), 0);
    table.rows.row(i) << m_places(0, i), m_places(1, i), static_cast<double>(point.kind),
        static_cast<double>(point.local.stability), point.residual, point.q, point.gradient,
        static_cast<double>(point.starts), first.real(), first.imag();
  }
  return table;
}

}  // namespace keyhole
