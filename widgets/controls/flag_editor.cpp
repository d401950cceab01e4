#include "widgets/controls/flag_editor.h"

#include <QCheckBox>
#include <QHBoxLayout>

namespace keyhole {

FlagEditor::FlagEditor(const SettingRow& row, QWidget* parent)
    : ValueEditor(parent), m_box(new QCheckBox(QString::fromStdString(row.label), this)) {
  m_box->setObjectName("check");
  m_box->setAccessibleName(QString::fromStdString(row.label));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_box);
  connect(m_box, &QCheckBox::clicked, this,
          [this](bool checked) { emit edited(SettingValue(checked), ++m_gesture); });
  showValue(row.initial);
}

void FlagEditor::showValue(const SettingValue& value) {
  m_box->setChecked(std::get<bool>(value));
}

}  // namespace keyhole
