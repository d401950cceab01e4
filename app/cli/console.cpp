#include "app/cli/console.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

namespace keyhole::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuseToWrite(const std::string& path, const std::string& why, const std::string& allowed) {
  throw InputError("cannot write " + path + ": " + why + "; allowed: " + allowed);
}

void requireExtension(const std::string& path, const std::vector<std::string>& extensions) {
  const std::string extension = fs::path(path).extension().string();
  if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) return;
  std::string allowed;
  for (const auto& candidate : extensions) allowed += (allowed.empty() ? "" : " or ") + candidate;
  refuseToWrite(path, "its type is \"" + extension + "\"", "a file name that ends in " + allowed);
}

}  // namespace

void say(Console& console, std::string_view sentence) {
  console.progress.report(1.0, "");  // takes the progress bar away
  std::string line(sentence);
  std::replace(line.begin(), line.end(), '\n', ' ');
  console.err << "keyhole: " << line << std::endl;
}

void deliver(Console& console, const std::string& path, std::string_view bytes) {
  console.progress.report(1.0, "");
  if (!path.empty()) return writeFileAtomically(path, bytes);
  console.out << bytes << std::flush;
  if (!console.out)
    throw InputError("cannot write the result to the standard output; allowed: a file with -o");
}

void requireWritable(const std::string& path, const std::vector<std::string>& extensions) {
  if (path.empty()) return;
  requireExtension(path, extensions);
  std::error_code error;
  const std::string allowed = "a path in an existing folder that you may write to";
  const auto status = fs::status(path, error);
  if (fs::is_directory(status)) refuseToWrite(path, "it is a folder", allowed);
  // Renaming onto a device or a pipe would replace it.
  if (fs::exists(status) && !fs::is_regular_file(status))
    refuseToWrite(path, "it is not a regular file", allowed);
  const fs::path parent = fs::absolute(path).parent_path();
  if (!fs::is_directory(parent, error)) refuseToWrite(path, "there is no folder " + parent.string(), allowed);
  if (::access(parent.c_str(), W_OK) != 0) refuseToWrite(path, "its folder is write-protected", allowed);
}

void requireWritableFolder(const std::string& path) {
  if (path.empty()) return;
  std::error_code error;
  const std::string allowed = "a folder that you may write to, or make";
  fs::path there = fs::absolute(path);
  while (!fs::exists(fs::status(there, error)) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, error)) refuseToWrite(path, there.string() + " is no folder", allowed);
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    refuseToWrite(path, "the folder " + there.string() + " is write-protected", allowed);
}

}  // namespace keyhole::cli
