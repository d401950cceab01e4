#include "app/unsaved_sessions.h"

#include "core/common/error.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QUuid>

namespace keyhole {

namespace {

// Names sort by time; the rest keeps two windows started together apart.
QString newName() {
  return QDateTime::currentDateTimeUtc().toString("yyyyMMdd-HHmmss-zzz-") +
         QUuid::createUuid().toString(QUuid::Id128).left(8) + ".keyhole";
}

}  // namespace

UnsavedSessions::UnsavedSessions(const QString& folder) : m_folder(folder), m_name(newName()) {}

QString UnsavedSessions::ownPath() const {
  return QDir(m_folder).filePath(m_name);
}

QString UnsavedSessions::keep(const Session& session) {
  if (!QDir().mkpath(m_folder)) return "The folder " + m_folder + " for unsaved sessions cannot be made.";
  try {
    saveSession(ownPath().toStdString(), session);
  } catch (const InputError& error) {
    return QString::fromUtf8(error.what());
  }
  const QStringList all = others();
  for (qsizetype i = most; i < all.size(); ++i) QFile::remove(all[i]);
  return QString();
}

void UnsavedSessions::forget() {
  QFile::remove(ownPath());
}

void UnsavedSessions::leave() {
  m_name = newName();
}

QStringList UnsavedSessions::others() const {
  QStringList paths;
  const QDir folder(m_folder);
  for (const QString& name : folder.entryList({"*.keyhole"}, QDir::Files, QDir::Name | QDir::Reversed))
    if (name != m_name) paths.append(folder.filePath(name));
  return paths;
}

std::optional<UnsavedSessions::Copy> UnsavedSessions::newest() const {
  for (const QString& path : others()) {
    try {
      return Copy{path, loadSession(path.toStdString())};
    } catch (const InputError&) {
      // A copy cut short by a power cut is of no use, but the one before it may be.
    }
  }
  return {};
}

void UnsavedSessions::discard(const Copy& copy) {
  QFile::remove(copy.path);
}

}  // namespace keyhole
