#include "widgets/plots/limit_set_panel.h"

#include "widgets/plots/axes.h"
#include "widgets/plots/flow_plottables.h"
#include "widgets/plots/sides.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

QString runs(Index count, std::size_t all, const QString& what) {
  return QObject::tr("%1 of %2 runs %3").arg(count).arg(all).arg(what);
}

}  // namespace

LimitSetPanel::LimitSetPanel(Side side, QWidget* parent)
    : Panel(side == Side::teacher ? "teacher-limit-sets" : "student-limit-sets",
            side == Side::teacher ? tr("Teacher left alone") : tr("Student left alone"), parent),
      m_side(side) {
  setMouseTracking(true);
  setCursor(Qt::OpenHandCursor);
  setAccessibleDescription(
      tr("Noise-free runs from random starts on the top three principal components. Drag to turn, wheel to "
         "zoom, double click to reset."));
}

bool LimitSetPanel::speaksFor(const Experiment& experiment) const {
  const auto& analysis = analysisOf(experiment, m_side);
  return analysis && analysis->limitSets && !analysis->limitSets->runs.empty();
}

void LimitSetPanel::showExperiment(const Experiment& experiment) {
  if (!speaksFor(experiment)) return m_analysis ? void() : redraw();
  const auto& attractors = attractorsOf(experiment, m_side);
  const auto& analysis = analysisOf(experiment, m_side);
  const TimeUnit unit = timeUnitOf(experiment);
  if (analysis == m_analysis && attractors == m_attractors && unit.perTau == m_unit.perTau) return;
  m_unit = unit;
  m_analysis = analysis;
  m_attractors = attractors;
  redraw();
}

void LimitSetPanel::redraw() {
  m_picture = QPixmap();
  update();
}

QString LimitSetPanel::summary() const {
  return summaryOf(*m_analysis->limitSets, m_attractors.get(), m_unit);
}

QString LimitSetPanel::summaryOf(const LimitSets& sets, const Attractors* attractors, const TimeUnit& unit) {
  const auto count = [&](LimitKind kind) {
    return static_cast<Index>(std::count(sets.kinds.begin(), sets.kinds.end(), kind));
  };
  QStringList parts;
  if (sets.oscillating > 0)
    parts.append(runs(sets.oscillating, sets.kinds.size(),
                      tr("cycle, period %1").arg(unit.text(periodOf(&sets, attractors)))));
  if (const Index n = count(LimitKind::fixedPoint) + sets.restLater) {
    QStringList rest = {tr("come to rest")};
    if (sets.restingPoints > 1) rest.append(tr("at %1 points").arg(sets.restingPoints));
    if (sets.restLater > 0) {
      const QString later = tr("later than %1").arg(unit.text(sets.shownTime));
      rest.append(sets.restLater == n ? later : tr("%1 of them %2").arg(sets.restLater).arg(later));
    }
    parts.append(runs(n, sets.kinds.size(), rest.join(", ")));
  }
  if (const Index n = count(LimitKind::slow) - sets.restLater) {
    const QString moving = tr("still move after %1").arg(unit.text(sets.followedTime));
    parts.append(
        runs(n, sets.kinds.size(), sets.undecided ? tr("%1, cycle not ruled out").arg(moving) : moving));
  }
  if (const Index n = count(LimitKind::divergence)) parts.append(runs(n, sets.kinds.size(), tr("diverge")));
  return parts.join("\n");
}

QStringList LimitSetPanel::foundIn(const Attractors& attractors) {
  QStringList lines = {QString::fromStdString(attractors.points.census.shortText())};
  for (std::size_t i = 0; i < std::min<std::size_t>(attractors.continua.size(), 2); ++i) {
    const SlowManifold& one = attractors.continua[i];
    lines.append(tr("%1, extent %2").arg(QString::fromStdString(one.name()), shortNumber(one.extent)));
  }
  if (attractors.continua.size() > 2) lines.last() += tr(", and %1 more").arg(attractors.continua.size() - 2);
  if (const auto ends = QString::fromStdString(attractors.coexistenceText()); !ends.isEmpty())
    lines.append(tr("ends: %1").arg(ends));
  return lines;
}

QStringList LimitSetPanel::lines() const {
  QStringList lines = summary().split('\n');
  if (m_attractors) lines += foundIn(*m_attractors);
  return lines;
}

void LimitSetPanel::paintAxes(QPainter& painter, QPointF corner, double length, const LimitSets& sets) const {
  painter.setFont(theme().font());
  for (int axis = 0; axis < 3; ++axis) {
    const Eigen::Vector3d direction = m_rotation.matrix().col(axis);
    const QPointF end = corner + QPointF(direction.x(), -direction.y()) * length;
    painter.setPen(QPen(theme().muted, theme().lineWidth));
    painter.drawLine(corner, end);
    const QPointF label = corner + QPointF(direction.x(), -direction.y()) * length * 1.5;
    const double box = 3.0 * theme().fontPixels;
    painter.setPen(theme().foreground);
    painter.drawText(QRectF(label - QPointF(box, box), label + QPointF(box, box)), Qt::AlignCenter,
                     sets.varianceExplained.size() > axis ? tr("PC %1").arg(axis + 1) : QString());
  }
}

// States of the system (N x n) on the three axes as they are turned now, 3 x n.
Matrix LimitSetPanel::turnedStates(const LimitSets& sets, ConstMatrixRef states) const {
  Matrix placed = Matrix::Zero(3, states.cols());
  placed.topRows(sets.axes.cols()) = sets.axes.transpose() * (states.colwise() - sets.mean);
  return m_rotation.apply(placed);
}

// Points of rest, closed orbits and continuous attractors: filled what is stable, open what is not. A point
// whose mark does not fit into the place is counted instead of drawn.
Index LimitSetPanel::paintAttractors(QPainter& painter, const QRectF& place, const LimitSets& sets,
                                     const std::function<QPointF(double, double)>& pixel) const {
  if (!m_attractors || sets.mean.size() == 0) return 0;
  const double radius = 0.6 * theme().markSize;
  painter.setPen(QPen(theme().foreground, 1.4 * theme().lineWidth));
  painter.setBrush(Qt::NoBrush);
  for (const LimitCycle& cycle : m_attractors->cycles) {
    if (cycle.status != CycleStatus::found) continue;
    const Matrix orbit = turnedStates(sets, cycle.points);
    QPolygonF line;
    for (Index i = 0; i < orbit.cols(); ++i) line.append(pixel(orbit(0, i), orbit(1, i)));
    painter.drawPolygon(line);
  }
  for (const SlowManifold& one : m_attractors->continua) {
    const Matrix curve = turnedStates(sets, one.points);
    QPolygonF line;
    for (Index i = 0; i < curve.cols(); ++i) line.append(pixel(curve(0, i), curve(1, i)));
    if (one.status == SlowManifoldStatus::line)
      painter.drawPolyline(line);
    else
      painter.drawPolygon(line);
  }
  Index outside = 0;
  for (const FixedPoint& point : m_attractors->points.points) {
    if (point.kind == PointKind::notConverged) continue;
    if (point.continuum >= 0 && point.local.stability == Stability::marginal) continue;  // the curve is there
    const Matrix turned = turnedStates(sets, point.position);
    const bool stable = point.kind == PointKind::fixed && point.local.stability == Stability::stable;
    painter.setBrush(stable ? theme().foreground : theme().background);
    const QPointF at = pixel(turned(0, 0), turned(1, 0));
    const QRectF mark(at - QPointF(radius, radius), at + QPointF(radius, radius));
    if (!place.contains(mark))
      ++outside;
    else if (point.kind == PointKind::slow)
      painter.drawRect(mark);
    else
      painter.drawEllipse(mark);
  }
  return outside;
}

void LimitSetPanel::paintSets(QPainter& painter, const QRectF& place, const LimitSets& sets) const {
  std::vector<Matrix> turned;
  Range across, up;
  for (const auto& run : sets.runs) {
    turned.push_back(m_rotation.apply(run));
    const Range x = Range::of(turned.back().row(0).transpose()),
                y = Range::of(turned.back().row(1).transpose());
    if (turned.size() == 1) across = x, up = y;
    for (const double value : {x.low, x.high}) across.include(value);
    for (const double value : {y.low, y.high}) up.include(value);
  }
  // As large as it fits, at every turn.
  const double margin = theme().markSize;
  const double fit = std::min((place.width() - 2 * margin) / across.padded(0).size(),
                              (place.height() - 2 * margin) / up.padded(0).size());
  const double scale = m_zoom * fit;
  const QPointF middle(across.low + 0.5 * across.size(), up.low + 0.5 * up.size());
  const auto pixel = [&](double x, double y) {
    return place.center() + scale * QPointF(x - middle.x(), middle.y() - y);
  };
  for (const Matrix& run : turned) {
    QPolygonF pixels;
    for (Index i = 0; i < run.cols(); ++i) {
      const QPointF next = pixel(run(0, i), run(1, i));
      if (!pixels.isEmpty() && (next - pixels.last()).manhattanLength() < 0.4 && i + 1 < run.cols()) continue;
      pixels.append(next);
    }
    drawTimeLine(painter, pixels, theme().lineWidth);
    // Where it ended.
    painter.setPen(Qt::NoPen);
    painter.setBrush(colourOf(theme(), m_side));
    if (!pixels.isEmpty()) painter.drawEllipse(pixels.last(), 0.3 * theme().markSize, 0.3 * theme().markSize);
  }
  if (const Index outside = paintAttractors(painter, place, sets, pixel)) {
    painter.setPen(theme().muted);
    painter.drawText(place.adjusted(0, 0, -0.5 * theme().fontPixels, 0), Qt::AlignBottom | Qt::AlignRight,
                     outside == 1 ? tr("1 point outside") : tr("%1 points outside").arg(outside));
  }
}

void LimitSetPanel::renderTo(QCPPainter& painter, QSize size) {
  paint(painter, size);
}

void LimitSetPanel::paint(QPainter& painter, QSize size) const {
  painter.save();
  painter.setClipRect(QRect(QPoint(0, 0), size));
  painter.fillRect(QRect(QPoint(0, 0), size), theme().background);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(theme().font());
  const QRectF whole(QPointF(0, 0), QSizeF(size));
  const double margin = 0.5 * theme().fontPixels;
  if (!experiment()) {
    // There is nothing to see before the first experiment.
  } else if (!m_analysis || !m_analysis->limitSets) {
    painter.setPen(theme().muted);
    painter.drawText(
        whole, Qt::AlignCenter,
        experiment()->reached >= Depth::numbers ? tr("no free runs") : tr("free runs are being computed …"));
  } else {
    const auto& sets = *m_analysis->limitSets;
    QStringList words = lines();
    for (QString& line : words)
      line =
          painter.fontMetrics().elidedText(line, Qt::ElideRight, static_cast<int>(size.width() - 2 * margin));
    const double text = 1.4 * theme().fontPixels * static_cast<double>(words.size());
    const double length = 2.2 * theme().fontPixels;
    // The axes stand there, if there is room.
    const double left = std::min(4.2 * length, 0.15 * size.width());
    paintSets(painter, QRectF(left, text, size.width() - left, size.height() - text), sets);
    paintAxes(painter, QPointF(2.0 * length, size.height() - 1.7 * length), length, sets);
    painter.setPen(theme().foreground);
    painter.drawText(whole.adjusted(margin, margin * 0.5, -margin, 0), Qt::AlignTop | Qt::AlignLeft,
                     words.join('\n'));
  }
  painter.restore();
}

// The picture is kept: it is painted again for the mark in its corner, and for whatever stood in front of it.
void LimitSetPanel::paintEvent(QPaintEvent*) {
  const QSize pixels = size() * devicePixelRatioF();
  if (m_picture.size() != pixels) {
    m_picture = QPixmap(pixels);
    m_picture.setDevicePixelRatio(devicePixelRatioF());
    QPainter painter(&m_picture);
    paint(painter, size());
    emit painted();
  }
  QPainter(this).drawPixmap(0, 0, m_picture);
}

void LimitSetPanel::mousePressEvent(QMouseEvent* event) {
  m_last = event->position();
}

void LimitSetPanel::mouseMoveEvent(QMouseEvent* event) {
  if (event->buttons() & Qt::LeftButton) {
    const QPointF way = event->position() - m_last;
    m_last = event->position();
    m_rotation.drag(way.x(), way.y(), std::max(80, std::min(width(), height())));
    redraw();
  } else if (m_analysis && m_analysis->limitSets) {
    QStringList words = summary().split('\n');
    QStringList found;
    if (m_attractors)
      for (const std::string& sentence : m_attractors->sentences())
        found.append(QString::fromStdString(sentence));
    emit hovered((words + found).join("; "));
  }
}

void LimitSetPanel::wheelEvent(QWheelEvent* event) {
  m_zoom = std::clamp(m_zoom * std::pow(1.001, event->angleDelta().y()), 0.2, 20.0);
  redraw();
}

void LimitSetPanel::mouseDoubleClickEvent(QMouseEvent*) {
  m_rotation = Rotation();
  m_zoom = 1;
  redraw();
}

std::vector<PanelData> LimitSetPanel::data() const {
  if (!m_analysis || !m_analysis->limitSets) return {};
  const auto& all = m_analysis->limitSets->runs;
  Index total = 0;
  for (const auto& run : all) total += run.cols();
  PanelData table{name(), {"run", "pc1", "pc2", "pc3"}, Matrix(total, 4)};
  Index row = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    table.rows.block(row, 0, all[k].cols(), 1).setConstant(static_cast<double>(k + 1));
    table.rows.block(row, 1, all[k].cols(), 3) = all[k].transpose();
    row += all[k].cols();
  }
  return {table};
}

}  // namespace keyhole
