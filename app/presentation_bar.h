// In presentation mode the controls are hidden; this line keeps the one slider that the talk is about.
#pragma once

#include "core/experiment/settings/settings.h"

#include <QWidget>

namespace keyhole {

class SettingControl;

class PresentationBar : public QWidget {
  Q_OBJECT

 public:
  explicit PresentationBar(QWidget* parent = nullptr);

  void showSettings(const Settings& settings, const QString& seenNote);

 signals:
  void valueEdited(const QString& key, const keyhole::SettingValue& value, int gesture);

 private:
  SettingControl* m_seen = nullptr;
};

}  // namespace keyhole
