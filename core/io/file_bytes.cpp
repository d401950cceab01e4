#include "core/io/file_bytes.h"

#include "core/common/error.h"
#include "core/common/memory.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace keyhole {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuseToWrite(const std::string& path, const std::string& why) {
  throw InputError("cannot write " + path + ": " + why +
                   "; allowed: a path in an existing folder that you may write to");
}

bool writeAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Size, time of the last change and identity.
std::string stampOf(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  return std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) + " " +
         std::to_string(info.st_mtim.tv_nsec) + " " + std::to_string(info.st_ino);
}

}  // namespace

UnchangedFile::UnchangedFile(const std::string& path) : m_path(path), m_stamp(stampOf(path)) {}

void UnchangedFile::done() const {
  if (stampOf(m_path) != m_stamp)
    throw InputError(m_path + " changed while it was read; allowed: a file that nobody is writing");
}

std::string readFileBytes(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error))
    throw InputError("cannot read " + path + ": it is a folder; allowed: a file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError("cannot read " + path + ": " + std::strerror(errno ? errno : ENOENT));
  std::string bytes;
  file.seekg(0, std::ios::end);
  const auto size = file.tellg();
  if (size > 0) requireRoom(path, static_cast<std::uint64_t>(size));
  if (size > 0) bytes.resize(static_cast<std::size_t>(size));
  file.seekg(0);
  if (!bytes.empty() && !file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw InputError("cannot read " + path + ": reading stopped before its end");
  return bytes;
}

// A device or a pipe has no earlier content to be kept, and must not become a file.
static void writeInto(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) refuseToWrite(path, std::strerror(errno));
  const bool written = writeAll(file, bytes);
  const int reason = errno;
  ::close(file);
  if (!written) refuseToWrite(path, std::strerror(reason));
}

void writeFileAtomically(const std::string& given, std::string_view bytes) {
  std::error_code error;
  if (given.empty()) refuseToWrite("\"\"", "the path is empty");
  if (fs::is_directory(given, error)) refuseToWrite(given, "it is a folder");
  if (fs::exists(given, error) && !fs::is_regular_file(given, error)) return writeInto(given, bytes);
  // What a link leads to is written, and the link stays.
  const std::string path = fs::is_symlink(given, error) ? fs::weakly_canonical(given, error).string() : given;
  std::string temporary = path + ".XXXXXX";
  const int file = ::mkstemp(temporary.data());
  if (file < 0) refuseToWrite(path, std::strerror(errno));
  // mkstemp creates private files; the result should be what any other program would have made.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(file, 0666 & ~mask);
  const bool written = writeAll(file, bytes) && ::fsync(file) == 0;
  const int reason = errno;
  ::close(file);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(written ? errno : reason);
    ::unlink(temporary.c_str());
    refuseToWrite(path, why);
  }
}

void requireRoom(const std::string& shown, std::uint64_t bytes) {
  constexpr std::uint64_t kAlways = std::uint64_t{1} << 28;
  if (bytes <= kAlways) return;
  const std::uint64_t room = freeMemory();
  if (room == 0 || bytes <= room) return;
  const auto gigabytes = [](std::uint64_t count) {
    return toText(std::round(static_cast<double>(count) / 1e8) / 10) + " GB";
  };
  throw InputError(
      shown + " needs " + gigabytes(bytes) + " of memory, of which " + gigabytes(room) +
      " are free; allowed: what fits, or one pass over a file of uncompressed numbers (fit by map "
      "or subspace, without steps)");
}

std::string shownText(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::size_t end = std::min(text.size(), kMost);
  // A character of several bytes is kept or cut as a whole.
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string shown(text.substr(0, end));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 32 || c == 127; }, '?');
  return end < text.size() ? shown + "…" : shown;
}

void createFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path))
    throw InputError("cannot create the folder " + path + ": " +
                     (error ? error.message() : "a file is in the way"));
}

}  // namespace keyhole
