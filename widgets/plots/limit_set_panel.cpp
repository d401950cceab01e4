#include "widgets/plots/limit_set_panel.h"

#include "widgets/plots/axes.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

const std::shared_ptr<const SystemAnalysis>& sharedAnalysis(const Experiment& experiment, Side side) {
  return side == Side::teacher ? experiment.teacherAnalysis : experiment.studentAnalysis;
}

double radiusOf(const LimitSets& sets) {
  double radius = 0;
  for (const auto& run : sets.runs)
    radius = std::max(radius, std::sqrt(run.colwise().squaredNorm().maxCoeff()));
  return std::isfinite(radius) && radius > 0 ? radius : 1;
}

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
  const auto& analysis = sharedAnalysis(experiment, m_side);
  return analysis && analysis->limitSets && !analysis->limitSets->runs.empty();
}

void LimitSetPanel::showExperiment(const Experiment& experiment) {
  if (speaksFor(experiment)) m_analysis = sharedAnalysis(experiment, m_side);
  update();
}

QString LimitSetPanel::summaryOf(const LimitSets& sets) {
  const auto count = [&](LimitKind kind) {
    return static_cast<Index>(std::count(sets.kinds.begin(), sets.kinds.end(), kind));
  };
  QStringList parts;
  if (sets.oscillating > 0)
    parts.append(
        runs(sets.oscillating, sets.kinds.size(), tr("cycle, period %1 τ").arg(shortNumber(sets.period))));
  if (const Index n = count(LimitKind::fixedPoint))
    parts.append(runs(n, sets.kinds.size(), tr("come to rest")));
  if (const Index n = count(LimitKind::slow)) parts.append(runs(n, sets.kinds.size(), tr("still move")));
  if (const Index n = count(LimitKind::divergence)) parts.append(runs(n, sets.kinds.size(), tr("diverge")));
  return parts.join("\n");
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

void LimitSetPanel::paintSets(QPainter& painter, QSize size, const LimitSets& sets) const {
  const double extent = 0.5 * std::min(size.width(), size.height() - 2 * theme().fontPixels);
  const double scale = 0.92 * m_zoom * extent / radiusOf(sets);
  const QPointF centre(0.5 * size.width(), 0.5 * size.height() + 0.5 * theme().fontPixels);
  for (const auto& run : sets.runs) {
    const Matrix turned = m_rotation.apply(run);
    QPolygonF pixels;
    for (Index i = 0; i < turned.cols(); ++i) {
      const QPointF next = centre + scale * QPointF(turned(0, i), -turned(1, i));
      if (!pixels.isEmpty() && (next - pixels.last()).manhattanLength() < 0.4 && i + 1 < turned.cols())
        continue;
      pixels.append(next);
    }
    drawTimeLine(painter, pixels, theme().lineWidth);
    // Where it ended.
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_side == Side::teacher ? theme().teacher : theme().student);
    if (!pixels.isEmpty()) painter.drawEllipse(pixels.last(), 0.3 * theme().markSize, 0.3 * theme().markSize);
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
  if (!m_analysis || !m_analysis->limitSets) {
    painter.setPen(theme().muted);
    painter.drawText(whole, Qt::AlignCenter, tr("no free runs"));
  } else {
    const auto& sets = *m_analysis->limitSets;
    paintSets(painter, size, sets);
    const double length = 2.2 * theme().fontPixels;
    paintAxes(painter, QPointF(2.0 * length, size.height() - 1.7 * length), length, sets);
    painter.setPen(theme().foreground);
    painter.drawText(whole.adjusted(margin, margin * 0.5, -margin, 0), Qt::AlignTop | Qt::AlignLeft,
                     summaryOf(sets));
  }
  painter.restore();
}

void LimitSetPanel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paint(painter, size());
  emit painted();
}

void LimitSetPanel::mousePressEvent(QMouseEvent* event) {
  m_last = event->position();
}

void LimitSetPanel::mouseMoveEvent(QMouseEvent* event) {
  if (event->buttons() & Qt::LeftButton) {
    const QPointF way = event->position() - m_last;
    m_last = event->position();
    m_rotation.drag(way.x(), way.y(), std::max(80, std::min(width(), height())));
    update();
  } else if (m_analysis && m_analysis->limitSets) {
    emit hovered(summaryOf(*m_analysis->limitSets).replace('\n', "; "));
  }
}

void LimitSetPanel::wheelEvent(QWheelEvent* event) {
  m_zoom = std::clamp(m_zoom * std::pow(1.001, event->angleDelta().y()), 0.2, 20.0);
  update();
}

void LimitSetPanel::mouseDoubleClickEvent(QMouseEvent*) {
  m_rotation = Rotation();
  m_zoom = 1;
  update();
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
