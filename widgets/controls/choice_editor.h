// One of several named choices: a combo box.
#pragma once

#include "widgets/controls/value_editor.h"

class QComboBox;

namespace keyhole {

class ChoiceEditor : public ValueEditor {
  Q_OBJECT

 public:
  ChoiceEditor(const SettingRow& row, QWidget* parent);

  void showValue(const SettingValue& value) override;

 protected:
  // A wheel turns the combo box only while it has the focus.
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QComboBox* m_box = nullptr;
  int m_gesture = 0;
};

}  // namespace keyhole
