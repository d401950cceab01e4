// File dialogs that do not wait: results go on arriving while one is open.
#pragma once

#include <QString>

#include <functional>

class QWidget;

namespace keyhole {

struct FileQuestion {
  QString title;
  QString filter;  // "Sessions (*.keyhole)"
  QString suffix;  // appended to a name without one; empty: none
  QString start;   // folder or file to start from
  enum class Kind { open, save, folder } kind = Kind::open;
};

// Calls `then` with the path if the user chooses one. The dialog belongs to parent.
void askForFile(QWidget* parent, const FileQuestion& question, std::function<void(const QString& path)> then);

}  // namespace keyhole
