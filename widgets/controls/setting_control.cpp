#include "widgets/controls/setting_control.h"

#include "widgets/controls/relative_font.h"
#include "widgets/controls/value_editor.h"
#include "widgets/controls/value_field.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace keyhole {

SettingControl::SettingControl(const SettingRow& row, bool prominent, QWidget* parent)
    : QWidget(parent), m_row(row), m_editor(makeEditor(row, this)) {
  setObjectName(key());
  build(prominent);
  connectEditor();
  const QString help = settingHelp(row);
  setToolTip(help);
  setWhatsThis(help);
  showValue(row.initial);
}

QString SettingControl::key() const {
  return QString::fromStdString(m_row.key);
}

void SettingControl::build(bool prominent) {
  m_note = new QLabel(this);
  m_note->setObjectName("note");
  m_note->setWordWrap(true);
  m_note->hide();
  m_problem = new QLabel(this);
  m_problem->setObjectName("problem");
  m_problem->setWordWrap(true);
  m_problem->hide();
  if (prominent) {
    new RelativeFont(this, 1.2);
  }
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 2, 0, 2);
  layout->setSpacing(2);
  layout->addWidget(buildHeader(prominent));
  if (!m_editor->showsLabel()) layout->addWidget(m_editor);
  layout->addWidget(m_note);
  layout->addWidget(m_problem);
}

QWidget* SettingControl::buildHeader(bool prominent) {
  auto* header = new QWidget(this);
  auto* line = new QHBoxLayout(header);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(4);
  if (m_editor->showsLabel()) {
    line->addWidget(m_editor, 1);
  } else {
    auto* label = new QLabel(QString::fromStdString(m_row.label), header);
    label->setObjectName("label");
    label->setWordWrap(true);
    if (prominent) new RelativeFont(label, 1.2, true);
    line->addWidget(label, 1);
  }
  m_reset = new QToolButton(header);
  m_reset->setObjectName("reset");
  m_reset->setText("↺");
  m_reset->setAutoRaise(true);
  m_reset->setAccessibleName("Reset " + QString::fromStdString(m_row.label));
  m_reset->setToolTip("Back to the default, " + QString::fromStdString(toText(m_row.initial)));
  QSizePolicy keepsItsPlace = m_reset->sizePolicy();
  keepsItsPlace.setRetainSizeWhenHidden(true);
  m_reset->setSizePolicy(keepsItsPlace);
  line->addWidget(m_reset);
  if (QWidget* part = m_editor->headerPart()) line->addWidget(part);
  return header;
}

void SettingControl::connectEditor() {
  connect(m_editor, &ValueEditor::edited, this, [this](const SettingValue& value, int gesture) {
    markChanged(value);
    emit valueEdited(key(), value, gesture);
  });
  connect(m_editor, &ValueEditor::refused, this,
          [this](const QString& sentence) { showProblem(inLabels(sentence, &m_row)); });
  connect(m_editor, &ValueEditor::accepted, this, [this] { showProblem(QString()); });
  connect(m_reset, &QToolButton::clicked, this, [this] {
    // Gestures of the editor count upwards from 1: a reset is never one of them.
    emit valueEdited(key(), m_row.initial, --m_resets);
  });
}

void SettingControl::showValue(const SettingValue& value) {
  m_editor->showValue(value);
  markChanged(value);
  if (!m_problem->text().isEmpty() && !hasRefusedText()) showProblem(QString());
}

bool SettingControl::hasRefusedText() const {
  const auto* field = findChild<ValueField*>();
  return !field || field->isRefused();
}

void SettingControl::markChanged(const SettingValue& value) {
  m_reset->setVisible(value != m_row.initial);
}

void SettingControl::setNote(const QString& note) {
  m_note->setText(note);
  m_note->setVisible(!note.isEmpty());
}

QString SettingControl::note() const {
  return m_note->text();
}

QString SettingControl::problem() const {
  return m_problem->text();
}

void SettingControl::showProblem(const QString& sentence) {
  if (sentence == m_problem->text()) return;  // a palette costs more than all the rest
  m_problem->setText(sentence);
  m_problem->setVisible(!sentence.isEmpty());
  colourProblem();
}

void SettingControl::colourProblem() {
  QPalette own;
  own.setColor(QPalette::WindowText, problemColour(own));
  m_problem->setPalette(own);
}

void SettingControl::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::ApplicationPaletteChange && m_problem) colourProblem();
}

}  // namespace keyhole
