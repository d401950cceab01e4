// Keeps a widget's font at a fixed ratio to the application's, also when that changes (presentation mode).
#pragma once

#include <QObject>

class QWidget;

namespace keyhole {

class RelativeFont : public QObject {
  Q_OBJECT

 public:
  // Belongs to the widget.
  RelativeFont(QWidget* widget, double factor, bool bold = false);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void apply();

  QWidget* m_widget;
  double m_factor;
  bool m_bold;
};

}  // namespace keyhole
