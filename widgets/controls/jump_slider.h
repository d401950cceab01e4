// A horizontal slider whose handle jumps to where it is pressed, and which a wheel turns only while it has
// the focus (else a scrolled panel would change settings by itself).
#pragma once

#include <QSlider>

namespace keyhole {

class JumpSlider : public QSlider {
  Q_OBJECT

 public:
  explicit JumpSlider(QWidget* parent = nullptr);

 signals:
  // Before the first change of a press, of a key stroke (not its repetitions) or of a turn of the wheel.
  void gestureStarted();

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
};

}  // namespace keyhole
