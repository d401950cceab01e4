// Copies of sessions that were never saved: written while one works, so that neither closing a window nor a
// power cut loses anything. Every running program has its own copy, which no other one takes; the newest
// twenty are kept.
#pragma once

#include "app/file_lock.h"
#include "core/experiment/settings/session.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace keyhole {

class UnsavedSessions {
 public:
  static constexpr int most = 20;

  explicit UnsavedSessions(const QString& folder);  // made when first needed
  ~UnsavedSessions();                               // the own copy stays, for whoever comes next

  // Keeps this state of the own document. Returns an empty text, or one sentence why it could not be written.
  QString keep(const Session& session);

  // The own document is saved, or empty: its copy is no longer needed.
  void forget();

  // The own document is left behind unsaved: its copy stays, and the next document gets a new one.
  void leave();

  // A copy that no running program works on. While this object lives no other program can take it; its file
  // stays until discard().
  struct Copy {
    QString path;
    Session session;
    FileLock lock;
  };

  // The newest one that can be read.
  std::optional<Copy> takeNewest() const;
  // The path of the newest one, if it was never offered before, by any program: so it is offered once. Empty:
  // there is nothing to offer.
  QString offer() const;
  // That one; empty if it is no longer there, or another program took it.
  std::optional<Copy> take(const QString& path) const;
  static void discard(Copy copy);

 private:
  QString ownPath() const;
  QStringList others() const;  // newest first

  QString m_folder;
  QString m_name;
  std::optional<FileLock> m_lock;  // of the own copy, once there is one
};

}  // namespace keyhole
