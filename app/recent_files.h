// The files opened or saved last, newest first, kept in the preferences.
#pragma once

#include <QStringList>

class QSettings;

namespace keyhole {

class RecentFiles {
 public:
  static constexpr int most = 10;

  explicit RecentFiles(QSettings& preferences);  // must outlive this

  QStringList paths() const;
  void add(const QString& path);  // absolute or not; moves to the front
  void remove(const QString& path);

 private:
  QSettings& m_preferences;
};

}  // namespace keyhole
