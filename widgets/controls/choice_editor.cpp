#include "widgets/controls/choice_editor.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>

namespace keyhole {

ChoiceEditor::ChoiceEditor(const SettingRow& row, QWidget* parent)
    : ValueEditor(parent), m_box(new QComboBox(this)) {
  m_box->setObjectName("choices");
  m_box->setAccessibleName(QString::fromStdString(row.label));
  m_box->setFocusPolicy(Qt::StrongFocus);
  m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_box->setMinimumContentsLength(12);
  m_box->setMaxVisibleItems(20);
  m_box->installEventFilter(this);
  for (const Choice& choice : row.choices) {
    m_box->addItem(QString::fromStdString(choice.label), QString::fromStdString(choice.name));
    m_box->setItemData(m_box->count() - 1, QString::fromStdString(choice.help), Qt::ToolTipRole);
  }
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_box);
  connect(m_box, &QComboBox::activated, this, [this](int index) {
    ++m_gesture;
    emit edited(SettingValue(m_box->itemData(index).toString().toStdString()), m_gesture);
  });
  showValue(row.initial);
}

void ChoiceEditor::showValue(const SettingValue& value) {
  m_box->setCurrentIndex(m_box->findData(QString::fromStdString(std::get<std::string>(value))));
}

bool ChoiceEditor::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Wheel && !m_box->hasFocus()) {
    event->ignore();
    return true;
  }
  return ValueEditor::eventFilter(watched, event);
}

}  // namespace keyhole
