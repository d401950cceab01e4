#include "widgets/controls/value_field.h"

#include <QEvent>
#include <QKeyEvent>

namespace keyhole {

ValueField::ValueField(QWidget* parent) : QLineEdit(parent) {
  connect(this, &QLineEdit::editingFinished, this, &ValueField::commit);
}

void ValueField::showText(const QString& text) {
  // Also leaves alone what is being typed, or was refused.
  if (text == m_valueText && (isModified() || m_refused || text == this->text())) return;
  m_valueText = text;
  setText(text);
  setCursorPosition(0);
  setRefused(false);
}

void ValueField::setCharacters(int count) {
  m_characters = count;
  setSizePolicy(count > 0 ? QSizePolicy::Fixed : QSizePolicy::Expanding, QSizePolicy::Fixed);
  updateGeometry();
}

QSize ValueField::sizeHint() const {
  QSize size = QLineEdit::sizeHint();
  if (m_characters > 0)
    size.setWidth(fontMetrics().horizontalAdvance('0') * (m_characters + 1) + 8);
  else
    size.setWidth(fontMetrics().horizontalAdvance('0') * 8);
  return size;
}

void ValueField::refuse() {
  setRefused(true);
}

void ValueField::commit() {
  // Leaving a field that still holds refused text says nothing new.
  if (!isModified()) return;
  setModified(false);
  if (text() == m_valueText) {
    revert();
    return;
  }
  emit committed(text());
}

void ValueField::revert() {
  setText(m_valueText);
  setRefused(false);
  emit reverted();
}

bool ValueField::event(QEvent* event) {
  // Escape belongs to this field, and not to a menu, while there is something to bring back.
  if (event->type() == QEvent::ShortcutOverride && (isModified() || m_refused) &&
      static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
    event->accept();
    return true;
  }
  return QLineEdit::event(event);
}

void ValueField::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && (isModified() || m_refused)) {
    revert();
    event->accept();
    return;
  }
  QLineEdit::keyPressEvent(event);
}

void ValueField::changeEvent(QEvent* event) {
  QLineEdit::changeEvent(event);
  if (event->type() == QEvent::ApplicationPaletteChange) setRefused(m_refused);
}

void ValueField::setRefused(bool refused) {
  if (!refused && !m_refused) return;  // a palette costs more than all the rest
  m_refused = refused;
  QPalette own;
  if (refused) own.setColor(QPalette::Text, problemColour(own));
  setPalette(own);
}

QColor problemColour(const QPalette& palette) {
  const bool dark = palette.color(QPalette::Base).lightness() < 128;
  return dark ? QColor(0xff, 0x9a, 0x8a) : QColor(0xb0, 0x1e, 0x10);
}

}  // namespace keyhole
