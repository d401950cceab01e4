// Copies of sessions that were never saved: written while one works, so that neither closing a window nor a
// power cut loses anything. Every window has its own copy; the newest twenty are kept.
#pragma once

#include "core/experiment/settings/session.h"

#include <QString>

#include <optional>

namespace keyhole {

class UnsavedSessions {
 public:
  static constexpr int most = 20;

  explicit UnsavedSessions(const QString& folder);  // made when first needed

  // Keeps this state of the own document. Returns an empty text, or one sentence why it could not be written.
  QString keep(const Session& session);

  // The own document is saved, or empty: its copy is no longer needed.
  void forget();

  // The own document is left behind unsaved: its copy stays, and the next document gets a new one.
  void leave();

  // The newest copy that is not the own document's; its file stays until discard().
  struct Copy {
    QString path;
    Session session;
  };
  std::optional<Copy> newest() const;
  void discard(const Copy& copy);

 private:
  QString ownPath() const;
  QStringList others() const;  // newest first

  QString m_folder;
  QString m_name;
};

}  // namespace keyhole
