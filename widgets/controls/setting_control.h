// One row of the settings table as a row of controls: label, editor, reset button, and below them a note and,
// if what was typed is not allowed, the sentence that says so.
#pragma once

#include "core/experiment/settings/settings_table.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace keyhole {

class ValueEditor;

class SettingControl : public QWidget {
  Q_OBJECT

 public:
  // row must outlive the control (rows of the table do). prominent: larger type.
  SettingControl(const SettingRow& row, bool prominent, QWidget* parent = nullptr);

  const SettingRow& row() const { return m_row; }
  QString key() const;

  void showValue(const SettingValue& value);
  void setNote(const QString& note);  // empty: none
  QString note() const;
  QString problem() const;  // the sentence shown, or empty

 signals:
  // gesture: see ValueEditor::edited.
  void valueEdited(const QString& key, const keyhole::SettingValue& value, int gesture);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void build(bool prominent);
  QWidget* buildHeader(bool prominent);
  void connectEditor();
  void showProblem(const QString& sentence);
  void colourProblem();
  bool hasRefusedText() const;
  void markChanged(const SettingValue& value);

  const SettingRow& m_row;
  ValueEditor* m_editor = nullptr;
  QToolButton* m_reset = nullptr;
  QLabel* m_note = nullptr;
  QLabel* m_problem = nullptr;
  int m_resets = 0;
};

}  // namespace keyhole
