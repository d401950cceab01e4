#include "app/message_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace keyhole {

MessageStrip::MessageStrip(QWidget* parent)
    : QFrame(parent), m_mark(new QLabel(this)), m_text(new QLabel(this)), m_action(new QToolButton(this)) {
  setObjectName("messages");
  m_text->setObjectName("text");
  m_text->setWordWrap(true);
  m_text->setTextFormat(Qt::PlainText);
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_action->setObjectName("action");
  auto* close = new QToolButton(this);
  close->setObjectName("close");
  close->setText("✕");
  close->setAutoRaise(true);
  close->setToolTip("Close this message");
  close->setAccessibleName("Close this message");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(10, 4, 6, 4);
  layout->addWidget(m_mark);
  layout->addWidget(m_text, 1);
  layout->addWidget(m_action);
  layout->addWidget(close);
  connect(close, &QToolButton::clicked, this, &QWidget::hide);
  connect(m_action, &QToolButton::clicked, this, [this] {
    hide();
    if (m_do) m_do();
  });
  setAutoFillBackground(true);
  hide();
}

void MessageStrip::showProblem(const QString& sentence, Ends ends) {
  m_ends = ends;
  m_do = nullptr;
  m_action->hide();
  show(sentence, true);
}

void MessageStrip::showOffer(const QString& sentence, const QString& button, std::function<void()> action) {
  m_do = std::move(action);
  m_action->setText(button);
  m_action->show();
  show(sentence, false);
}

void MessageStrip::showNotice(const QString& sentence) {
  m_do = nullptr;
  m_action->hide();
  show(sentence, false);
}

void MessageStrip::clearProblem() {
  if (m_isProblem) hide();
}

void MessageStrip::pictureShown() {
  if (m_ends == Ends::withNextPicture) clearProblem();
}

QString MessageStrip::problem() const {
  return m_isProblem && !isHidden() ? m_text->text() : QString();
}

QString MessageStrip::notice() const {
  return !m_isProblem && !isHidden() ? m_text->text() : QString();
}

void MessageStrip::show(const QString& sentence, bool isProblem) {
  m_isProblem = isProblem;
  m_mark->setText(isProblem ? "⚠" : "i");
  m_text->setText(sentence);
  QPalette own;
  const bool dark = own.color(QPalette::Window).lightness() < 128;
  const QColor ground = isProblem ? (dark ? QColor(0x5a, 0x20, 0x1c) : QColor(0xfb, 0xdd, 0xd8))
                                  : (dark ? QColor(0x24, 0x3a, 0x4c) : QColor(0xdd, 0xeb, 0xf5));
  own.setColor(QPalette::Window, ground);
  own.setColor(QPalette::WindowText, dark ? QColor(0xf2, 0xf2, 0xf2) : QColor(0x20, 0x20, 0x20));
  setPalette(own);
  setVisible(true);
}

}  // namespace keyhole
