// Yes or no: a check box that carries the label.
#pragma once

#include "widgets/controls/value_editor.h"

class QCheckBox;

namespace keyhole {

class FlagEditor : public ValueEditor {
  Q_OBJECT

 public:
  FlagEditor(const SettingRow& row, QWidget* parent);

  void showValue(const SettingValue& value) override;
  bool showsLabel() const override { return true; }

 private:
  QCheckBox* m_box = nullptr;
  int m_gesture = 0;
};

}  // namespace keyhole
