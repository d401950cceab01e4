#include "app/gauge.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {

Gauge::Gauge(const QString& name, const QString& help, QWidget* parent)
    : QWidget(parent), m_name(name), m_value(std::numeric_limits<double>::quiet_NaN()) {
  setToolTip(help);
  setAccessibleName(name);
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Gauge::setValue(double value) {
  if (value == m_value) return;
  m_value = value;
  setAccessibleDescription(std::isnan(value) ? QStringLiteral("not known") : QString::number(value, 'f', 2));
  update();
}

QSize Gauge::sizeHint() const {
  const QFontMetrics metrics(font());
  return {metrics.horizontalAdvance(m_name) + metrics.horizontalAdvance("  0.00") + 4, metrics.height() + 8};
}

void Gauge::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const bool known = !std::isnan(m_value);
  const QColor ink = palette().color(QPalette::WindowText);
  painter.setPen(ink);
  const QRect line(0, 0, width(), height() - 7);
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_name);
  painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter,
                   known ? QString::number(m_value, 'f', 2) : QStringLiteral("–"));
  const QRectF bar(0.5, height() - 6.5, width() - 1.0, 5.0);
  QColor frame = ink;
  frame.setAlpha(110);
  painter.setPen(frame);
  painter.drawRect(bar);
  if (!known) return;
  const double share = std::clamp(m_value, 0.0, 1.0);
  painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), ink);
}

}  // namespace keyhole
