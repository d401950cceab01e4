#include "app/unsaved_sessions.h"

#include "core/common/error.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QUuid>

#include <utility>

namespace keyhole {

namespace {

constexpr auto kOffered = "offered";

// Names sort by time; the rest keeps two windows started together apart.
QString newName() {
  return QDateTime::currentDateTimeUtc().toString("yyyyMMdd-HHmmss-zzz-") +
         QUuid::createUuid().toString(QUuid::Id128).left(8) + ".keyhole";
}

// Beside the copy: that is replaced whenever it is written, and a lock on it would go with it.
QString lockOf(const QString& path) {
  return path + ".lock";
}

}  // namespace

UnsavedSessions::UnsavedSessions(const QString& folder) : m_folder(folder), m_name(newName()) {}

UnsavedSessions::~UnsavedSessions() {
  if (m_lock) m_lock->removeFile();
}

QString UnsavedSessions::ownPath() const {
  return QDir(m_folder).filePath(m_name);
}

QString UnsavedSessions::keep(const Session& session) {
  if (!QDir().mkpath(m_folder)) return "The folder " + m_folder + " for unsaved sessions cannot be made.";
  if (!m_lock) m_lock = FileLock::tryLock(lockOf(ownPath()));
  try {
    saveSession(ownPath().toStdString(), session);
  } catch (const InputError& error) {
    return QString::fromUtf8(error.what());
  }
  const QStringList all = others();
  for (qsizetype i = most; i < all.size(); ++i)
    if (auto copy = take(all[i])) discard(std::move(*copy));
  return QString();
}

void UnsavedSessions::forget() {
  QFile::remove(ownPath());
  if (m_lock) m_lock->removeFile();
  m_lock.reset();
}

void UnsavedSessions::leave() {
  if (m_lock) m_lock->removeFile();
  m_lock.reset();
  m_name = newName();
}

QStringList UnsavedSessions::others() const {
  QStringList paths;
  const QDir folder(m_folder);
  for (const QString& name : folder.entryList({"*.keyhole"}, QDir::Files, QDir::Name | QDir::Reversed))
    if (name != m_name) paths.append(folder.filePath(name));
  return paths;
}

std::optional<UnsavedSessions::Copy> UnsavedSessions::take(const QString& path) const {
  auto lock = FileLock::tryLock(lockOf(path));
  if (!lock) return {};
  // Nobody else has it from here on; but it may be gone since it was listed.
  if (!QFile::exists(path)) {
    lock->removeFile();
    return {};
  }
  try {
    return Copy{path, loadSession(path.toStdString()), std::move(*lock)};
  } catch (const InputError&) {
    // A copy cut short by a power cut is of no use, but the one before it may be.
    return {};
  }
}

std::optional<UnsavedSessions::Copy> UnsavedSessions::takeNewest() const {
  for (const QString& path : others())
    if (auto copy = take(path)) return copy;
  return {};
}

QString UnsavedSessions::offer() const {
  auto copy = takeNewest();
  if (!copy || copy->lock.note() == kOffered) return {};
  copy->lock.setNote(kOffered);
  return copy->path;
}

void UnsavedSessions::discard(Copy copy) {
  QFile::remove(copy.path);
  copy.lock.removeFile();
}

}  // namespace keyhole
