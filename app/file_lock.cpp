#include "app/file_lock.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace keyhole {
namespace {

// Whether the path still leads to the open file: whoever had it before may have removed it.
bool isStillAt(int descriptor, const QByteArray& path) {
  struct stat open = {}, there = {};
  return fstat(descriptor, &open) == 0 && stat(path.constData(), &there) == 0 &&
         open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

}  // namespace

std::optional<FileLock> FileLock::tryLock(const QString& path) {
  const QByteArray name = QFile::encodeName(path);
  for (;;) {
    const int descriptor = open(name.constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return {};
    FileLock lock(descriptor, path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return {};
    if (isStillAt(descriptor, name)) return lock;
  }
}

FileLock::FileLock(int descriptor, QString path) : m_descriptor(descriptor), m_path(std::move(path)) {}

FileLock::FileLock(FileLock&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(m_descriptor, other.m_descriptor);
  std::swap(m_path, other.m_path);
  return *this;
}

FileLock::~FileLock() {
  if (m_descriptor >= 0) close(m_descriptor);
}

QByteArray FileLock::note() const {
  QByteArray note(64, '\0');
  const ssize_t length = pread(m_descriptor, note.data(), static_cast<std::size_t>(note.size()), 0);
  note.truncate(length > 0 ? static_cast<qsizetype>(length) : 0);
  return note;
}

void FileLock::setNote(const QByteArray& note) {
  // A note that can't be written is one that the next program does not read: it costs an offer too many.
  if (ftruncate(m_descriptor, 0) == 0 &&
      pwrite(m_descriptor, note.constData(), static_cast<std::size_t>(note.size()), 0) < 0)
    return;
}

void FileLock::removeFile() {
  QFile::remove(m_path);
}

}  // namespace keyhole
