// Files made for a test, and what a reader says of them.
#pragma once

#include "core/common/error.h"
#include "core/common/types.h"
#include "core/io/file_bytes.h"
#include "core/observation/recording.h"

#include <QString>
#include <QTemporaryDir>

#include <functional>
#include <string>

namespace keyhole::test {

class Files {
 public:
  std::string path(const std::string& name) const { return m_folder.filePath(name.c_str()).toStdString(); }
  std::string with(const std::string& name, const std::string& bytes) const {
    writeFileAtomically(path(name), bytes);
    return path(name);
  }

 private:
  QTemporaryDir m_folder;
};

// The sentence of the InputError that it throws; empty if it throws none. Anything else that is thrown goes
// on.
inline QString refusal(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError& error) {
    return QString::fromUtf8(error.what());
  }
  return {};
}

// What was said while it was read, a line each.
inline QString notesOf(const Recording& recording) {
  QString text;
  for (const auto& note : recording.notes) text += QString::fromStdString(note) + "\n";
  return text;
}

// One sentence for a user: one line without control characters, not endless, naming the thing.
inline bool isSentence(const QString& text, const QString& thing) {
  for (const QChar c : text)
    if (c.unicode() < 32 || c.unicode() == 127) return false;
  return !text.isEmpty() && text.size() < 400 && text.contains(thing);
}

}  // namespace keyhole::test
