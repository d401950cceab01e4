// What a setting is edited with: a slider with a field, a combo box, a check box, a line of text.
#pragma once

#include "core/experiment/settings/settings_table.h"

#include <QWidget>

namespace keyhole {

class ValueEditor : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;

  // Shows a value without emitting anything. Text that was typed and refused stays while the value is the
  // same.
  virtual void showValue(const SettingValue& value) = 0;

  // A part that stands beside the label rather than below it; may be null.
  virtual QWidget* headerPart() { return nullptr; }
  // True if the editor shows the label itself (a check box).
  virtual bool showsLabel() const { return false; }

 signals:
  // gesture: the same number for all values of one press of the slider, a new one for each other edit.
  void edited(const keyhole::SettingValue& value, int gesture);
  // What was typed is not allowed; the value is as it was.
  void refused(const QString& sentence);
  // What was refused is gone.
  void accepted();
};

// The editor that suits the row's type. row must outlive it (rows of the table do).
ValueEditor* makeEditor(const SettingRow& row, QWidget* parent);

// The sentence as the window says it: keys of settings ("observation.fraction") become their labels in quotes
// ("Seen"), since the window shows no keys. own: a row that need not be in the table; may be null.
QString inLabels(QString sentence, const SettingRow* own = nullptr);

// The tooltip of every part: help, allowed values, default.
QString settingHelp(const SettingRow& row);

}  // namespace keyhole
