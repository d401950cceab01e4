#include "widgets/controls/jump_slider.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QStyle>
#include <QStyleOptionSlider>
#include <QWheelEvent>

namespace keyhole {

JumpSlider::JumpSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent) {
  setFocusPolicy(Qt::StrongFocus);
}

void JumpSlider::mousePressEvent(QMouseEvent* event) {
  emit gestureStarted();
  QStyleOptionSlider option;
  initStyleOption(&option);
  const QRect handle = style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, this);
  const QPoint at = event->position().toPoint();
  if (event->button() == Qt::LeftButton && (at.x() < handle.left() || at.x() > handle.right())) {
    const QRect groove = style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderGroove, this);
    const int span = groove.width() - handle.width();
    const int from = at.x() - groove.left() - handle.width() / 2;
    setSliderPosition(QStyle::sliderValueFromPosition(minimum(), maximum(), from, span, option.upsideDown));
  }
  QSlider::mousePressEvent(event);
}

void JumpSlider::keyPressEvent(QKeyEvent* event) {
  if (!event->isAutoRepeat()) emit gestureStarted();
  QSlider::keyPressEvent(event);
}

void JumpSlider::wheelEvent(QWheelEvent* event) {
  if (!hasFocus()) {
    event->ignore();
    return;
  }
  QSlider::wheelEvent(event);
}

void JumpSlider::focusInEvent(QFocusEvent* event) {
  emit gestureStarted();
  QSlider::focusInEvent(event);
}

}  // namespace keyhole
