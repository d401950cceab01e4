#include "widgets/controls/text_editor.h"

#include "core/common/error.h"
#include "widgets/controls/value_field.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QToolButton>

namespace keyhole {

bool holdsFile(const SettingRow& row) {
  return row.type == SettingType::text && row.key.ends_with("file");
}

TextEditor::TextEditor(const SettingRow& row, QWidget* parent)
    : ValueEditor(parent), m_row(row), m_field(new ValueField(this)) {
  m_field->setObjectName("field");
  m_field->setAccessibleName(QString::fromStdString(row.label));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  layout->addWidget(m_field);
  if (holdsFile(row)) {
    auto* button = new QToolButton(this);
    button->setObjectName("browse");
    button->setText("…");
    button->setToolTip("Look for the file");
    button->setAccessibleName(QString::fromStdString(row.label) + ", look for the file");
    layout->addWidget(button);
    connect(button, &QToolButton::clicked, this, &TextEditor::browse);
  }
  connect(m_field, &ValueField::committed, this, &TextEditor::takeText);
  connect(m_field, &ValueField::reverted, this, &TextEditor::accepted);
  showValue(row.initial);
}

void TextEditor::showValue(const SettingValue& value) {
  m_field->showText(QString::fromStdString(std::get<std::string>(value)));
}

void TextEditor::takeText(const QString& text) {
  try {
    const SettingValue value = parseSetting(m_row, text.trimmed().toStdString());
    m_field->accept();
    emit accepted();
    emit edited(value, ++m_gesture);
    showValue(value);
  } catch (const InputError& error) {
    m_field->refuse();
    emit refused(QString::fromUtf8(error.what()));
  }
}

void TextEditor::browse() {
  // Opened without waiting: a result that arrives meanwhile is still shown.
  auto* dialog = new QFileDialog(this, QString::fromStdString(m_row.label), m_field->text());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this, &TextEditor::takeText);
  dialog->open();
}

}  // namespace keyhole
