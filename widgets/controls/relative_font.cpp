#include "widgets/controls/relative_font.h"

#include <QApplication>
#include <QEvent>
#include <QWidget>

namespace keyhole {

RelativeFont::RelativeFont(QWidget* widget, double factor, bool bold)
    : QObject(widget), m_widget(widget), m_factor(factor), m_bold(bold) {
  widget->installEventFilter(this);
  apply();
}

bool RelativeFont::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ApplicationFontChange) apply();
  return QObject::eventFilter(watched, event);
}

void RelativeFont::apply() {
  QFont font = QApplication::font();
  font.setPointSizeF(font.pointSizeF() * m_factor);
  if (m_bold) font.setBold(true);
  m_widget->setFont(font);
}

}  // namespace keyhole
