// Whole files: read at once, written whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keyhole {

// Throws InputError: no such file, a folder, not readable.
std::string readFileBytes(const std::string& path);

// Throws InputError in done() if the file was written to since it was made; a folder is not looked at.
class UnchangedFile {
 public:
  explicit UnchangedFile(const std::string& path);
  void done() const;

 private:
  std::string m_path, m_stamp;
};

// Writes to a temporary file in the same folder, flushes it to the disk and renames it onto `path`; on any
// failure the old file stays as it was. Throws InputError with the path and the system's reason.
void writeFileAtomically(const std::string& path, std::string_view bytes);

// Throws InputError if so many bytes are more than the memory that is free: a file can ask for more than any
// machine has. `shown` names what asks.
void requireRoom(const std::string& shown, std::uint64_t bytes);

// A text out of a file, fit for a sentence about it: control characters become "?", and what goes beyond 60
// bytes "…".
std::string shownText(std::string_view text);

// Creates the folder and its parents if missing. Throws InputError.
void createFolder(const std::string& path);

}  // namespace keyhole
