// The controls of all settings, built from the settings table: the prominent ones first and largest, then one
// section per stage. Rows that do not apply to the present settings are hidden.
#pragma once

#include "core/experiment/settings/settings.h"

#include <QStringList>
#include <QWidget>

#include <map>

class QVBoxLayout;

namespace keyhole {

class CollapsibleSection;
class SettingControl;

class SettingsPanel : public QWidget {
  Q_OBJECT

 public:
  explicit SettingsPanel(QWidget* parent = nullptr);

  // Shows all values and hides what does not apply; emits nothing.
  void showSettings(const Settings& settings);

  // The control of a key; null if there is no such setting.
  SettingControl* control(const QString& key) const;

  // A line below the control of a key ("d = 25 of 500"); empty: none.
  void setNote(const QString& key, const QString& note);

  // Which sections are open, by stage name (a preference).
  QStringList openSections() const;
  void setOpenSections(const QStringList& names);

 signals:
  void valueEdited(const QString& key, const keyhole::SettingValue& value, int gesture);

 private:
  void addControl(const SettingRow& row, QVBoxLayout* layout, QWidget* parent);
  void buildSections(QVBoxLayout* layout);
  void chainTabOrder();

  std::map<std::string, SettingControl*> m_controls;
  std::vector<SettingControl*> m_order;
  std::map<Stage, CollapsibleSection*> m_sections;
};

}  // namespace keyhole
