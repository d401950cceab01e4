// A file that only one running program can have at a time.
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace keyhole {

// The kernel takes the lock back when the program ends, however it ends (flock on an open descriptor). Two
// locks of one program exclude each other too.
class FileLock {
 public:
  // The file is made if it is not there. Empty if somebody has it, or it can't be opened. Where the file
  // system knows no locks, everybody gets one.
  static std::optional<FileLock> tryLock(const QString& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();  // gives the lock back; the file stays

  // A few bytes in the file, which outlive the lock.
  QByteArray note() const;
  void setNote(const QByteArray& note);

  // Removes the file; whoever locks that path next locks another one.
  void removeFile();

 private:
  FileLock(int descriptor, QString path);

  int m_descriptor;
  QString m_path;
};

}  // namespace keyhole
