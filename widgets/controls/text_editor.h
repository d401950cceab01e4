// A line of text: a list of units, or the path of a file, which then has a button to look for it.
#pragma once

#include "widgets/controls/value_editor.h"

namespace keyhole {

class ValueField;

// Whether a row holds the path of a file: its key ends in "file".
bool holdsFile(const SettingRow& row);

class TextEditor : public ValueEditor {
  Q_OBJECT

 public:
  TextEditor(const SettingRow& row, QWidget* parent);

  void showValue(const SettingValue& value) override;

 private:
  void takeText(const QString& text);
  void browse();

  const SettingRow& m_row;
  ValueField* m_field = nullptr;
  int m_gesture = 0;
};

}  // namespace keyhole
