#include "widgets/controls/folded_text.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QTextLayout>
#include <QToolButton>

namespace keyhole {
namespace {

// The first lines of a text at a width, the last of them cut with "…"; all of it if it has no more.
QString foldedAt(const QString& text, const QFont& font, int width, int lines) {
  QTextLayout layout(text, font);
  QTextOption option;
  option.setWrapMode(QTextOption::WordWrap);
  layout.setTextOption(option);
  layout.beginLayout();
  int begin = 0;
  for (int i = 0; i < lines; ++i) {
    QTextLine line = layout.createLine();
    if (!line.isValid()) return text;
    line.setLineWidth(width);
    begin = line.textStart();
  }
  const bool more = layout.createLine().isValid();
  layout.endLayout();
  if (!more) return text;
  return text.left(begin) + QFontMetrics(font).elidedText(text.mid(begin), Qt::ElideRight, width);
}

}  // namespace

FoldedText::FoldedText(QWidget* parent)
    : QWidget(parent), m_label(new QLabel(this)), m_button(new QToolButton(this)) {
  m_label->setTextFormat(Qt::PlainText);
  m_label->setWordWrap(true);
  m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_button->setAutoRaise(true);
  m_button->setToolButtonStyle(Qt::ToolButtonTextOnly);
  m_button->setObjectName("unfold");
  QSizePolicy keepsItsPlace = m_button->sizePolicy();
  keepsItsPlace.setRetainSizeWhenHidden(true);
  m_button->setSizePolicy(keepsItsPlace);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_label, 1);
  layout->addWidget(m_button, 0, Qt::AlignBottom);
  connect(m_button, &QToolButton::clicked, this, [this] { setUnfolded(!m_unfolded); });
  layOut();
}

void FoldedText::setText(const QString& text) {
  m_text = text;
  layOut();
}

QString FoldedText::shown() const {
  return m_label->text();
}

void FoldedText::setUnfolded(bool unfolded) {
  m_unfolded = unfolded;
  layOut();
}

void FoldedText::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  layOut();
}

void FoldedText::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::FontChange && m_label) layOut();
}

void FoldedText::layOut() {
  m_button->setText(m_unfolded ? "less" : "all of it");
  const int width = this->width() - m_button->sizeHint().width() - this->layout()->spacing();
  const QString folded = foldedAt(m_text, m_label->font(), std::max(width, 1), lines);
  m_label->setText(m_unfolded ? m_text : folded);
  m_button->setVisible(folded != m_text);
  setToolTip(folded != m_text && !m_unfolded ? m_text : QString());
}

}  // namespace keyhole
