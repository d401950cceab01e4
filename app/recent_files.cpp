#include "app/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace keyhole {

namespace {
const QString key = QStringLiteral("recentFiles");
}

RecentFiles::RecentFiles(QSettings& preferences) : m_preferences(preferences) {}

QStringList RecentFiles::paths() const {
  return m_preferences.value(key).toStringList();
}

void RecentFiles::add(const QString& path) {
  const QString absolute = QFileInfo(path).absoluteFilePath();
  QStringList all = paths();
  all.removeAll(absolute);
  all.prepend(absolute);
  while (all.size() > most) all.removeLast();
  m_preferences.setValue(key, all);
}

void RecentFiles::remove(const QString& path) {
  QStringList all = paths();
  all.removeAll(QFileInfo(path).absoluteFilePath());
  m_preferences.setValue(key, all);
}

}  // namespace keyhole
