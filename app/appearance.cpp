#include "app/appearance.h"

#include <QApplication>
#include <QEvent>
#include <QWidget>

namespace keyhole {

namespace {

constexpr double talkFactor = 1.45;

QPalette palette(const QColor& window, const QColor& base, const QColor& text, const QColor& faint) {
  const QColor highlight(0x00, 0x72, 0xb2);
  QPalette made(text, window, base.lighter(130), window.darker(180), window.darker(130), text, base);
  made.setColor(QPalette::Button, window);
  made.setColor(QPalette::BrightText, Qt::white);
  made.setColor(QPalette::AlternateBase, window);
  made.setColor(QPalette::Highlight, highlight);
  made.setColor(QPalette::HighlightedText, Qt::white);
  made.setColor(QPalette::Link, highlight.lighter(text.lightness() > 128 ? 160 : 100));
  made.setColor(QPalette::PlaceholderText, faint);
  made.setColor(QPalette::ToolTipBase, base);
  made.setColor(QPalette::ToolTipText, text);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    made.setColor(QPalette::Disabled, role, faint);
  return made;
}

}  // namespace

QPalette lightPalette() {
  return palette(QColor(0xf1, 0xf1, 0xf0), Qt::white, QColor(0x1c, 0x1c, 0x1c), QColor(0x88, 0x88, 0x88));
}

QPalette darkPalette() {
  return palette(QColor(0x2a, 0x2b, 0x2d), QColor(0x1c, 0x1d, 0x1f), QColor(0xea, 0xea, 0xea),
                 QColor(0x8a, 0x8a, 0x8a));
}

Appearance::Appearance() : m_systemPalette(QApplication::palette()), m_systemFont(QApplication::font()) {}

void Appearance::setTheme(const QString& theme) {
  const QPalette wanted = theme == "dark"    ? darkPalette()
                          : theme == "light" ? lightPalette()
                                             : m_systemPalette;
  if (wanted != QApplication::palette()) QApplication::setPalette(wanted);
}

void Appearance::setPresenting(bool presenting) {
  QFont font = m_systemFont;
  if (presenting) font.setPointSizeF(font.pointSizeF() * talkFactor);
  QApplication::setFont(font);
  // Qt tells only top-level widgets; those with a font of their own, at a ratio to this one, must know too.
  QEvent changed(QEvent::ApplicationFontChange);
  for (QWidget* widget : QApplication::allWidgets()) QCoreApplication::sendEvent(widget, &changed);
}

}  // namespace keyhole
