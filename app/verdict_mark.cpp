#include "app/verdict_mark.h"

#include <QPainter>
#include <QPainterPath>

namespace keyhole {

namespace {

void paintTriangle(QPainter& painter, const QRectF& box) {
  QPolygonF triangle({QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()});
  QPainterPath path;
  path.addPolygon(triangle);
  path.closeSubpath();
  painter.drawPath(path);
}

void paintLetter(QPainter& painter, const QRectF& box, const QString& letter, double share) {
  QFont font = painter.font();
  font.setBold(true);
  font.setPixelSize(static_cast<int>(box.height() * share));
  painter.setFont(font);
  painter.setPen(Qt::black);
  painter.drawText(box, Qt::AlignCenter, letter);
}

void paintTick(QPainter& painter, const QRectF& box) {
  const auto at = [&](double x, double y) {
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
  };
  painter.setPen(QPen(Qt::white, box.width() * 0.12, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(QPolygonF({at(0.27, 0.53), at(0.44, 0.70), at(0.74, 0.33)}));
}

}  // namespace

QColor verdictColour(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::spuriousPersistence:
    case VerdictKind::spuriousLineAttractor:
    case VerdictKind::spuriousLimitCycle:
    case VerdictKind::spuriousContinuum:
      return QColor(0xf0, 0xc4, 0x20);
    case VerdictKind::faithful:
      return QColor(0x00, 0x9e, 0x73);
    case VerdictKind::weakened:
      return QColor(0x9f, 0x8f, 0xc4);
    case VerdictKind::missed:
      return QColor(0xcc, 0x79, 0xa7);
    case VerdictKind::marginal:
    case VerdictKind::undecided:
      break;
  }
  return QColor(0xa0, 0xa0, 0xa0);
}

VerdictMark::VerdictMark(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void VerdictMark::setKind(VerdictKind kind) {
  m_kind = kind;
  setAccessibleName(QString::fromStdString(nameOf(kind)));
  setToolTip(accessibleName());
  update();
}

QSize VerdictMark::sizeHint() const {
  const int side = static_cast<int>(fontMetrics().height() * 1.5);
  return {side, side};
}

void VerdictMark::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const double side = std::min(width(), height()) - 2.0;
  const QRectF box(QPointF((width() - side) / 2, (height() - side) / 2), QSizeF(side, side));
  painter.setPen(Qt::NoPen);
  painter.setBrush(verdictColour(m_kind));
  switch (m_kind) {
    case VerdictKind::faithful:
      painter.drawEllipse(box);
      paintTick(painter, box);
      return;
    case VerdictKind::missed:
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(verdictColour(m_kind), side * 0.16));
      painter.drawEllipse(box.adjusted(side * 0.1, side * 0.1, -side * 0.1, -side * 0.1));
      return;
    case VerdictKind::weakened:
      painter.drawChord(box, -90 * 16, -180 * 16);
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(verdictColour(m_kind), side * 0.1));
      painter.drawEllipse(box.adjusted(side * 0.05, side * 0.05, -side * 0.05, -side * 0.05));
      return;
    case VerdictKind::marginal:
      painter.drawRoundedRect(box, side * 0.15, side * 0.15);
      paintLetter(painter, box, "~", 0.8);
      return;
    case VerdictKind::undecided:
      painter.drawRoundedRect(box, side * 0.15, side * 0.15);
      paintLetter(painter, box, "?", 0.7);
      return;
    default:
      paintTriangle(painter, box);
      paintLetter(painter, box.adjusted(0, side * 0.22, 0, 0), "!", 0.75);
  }
}

}  // namespace keyhole
