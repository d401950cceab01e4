// Where a command's results and messages go.
#pragma once

#include "core/common/progress.h"
#include "core/report/json_text.h"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace keyhole::cli {

struct Console {
  std::ostream& out;  // results
  std::ostream& err;  // messages
  Progress& progress;
  std::vector<std::string> arguments = {};  // as typed
};

// "keyhole: sentence" on err. Line breaks within the sentence become blanks: one message, one line.
void say(Console& console, std::string_view sentence);

// Writes a result into the file (whole or not at all), or to out if path is empty. Throws InputError if that
// fails.
void deliver(Console& console, const std::string& path, std::string_view bytes);

// Throws InputError unless the file's name ends in one of the extensions (".json") and it can be written:
// asked before a long computation rather than after it. An empty path (standard output) is good.
void requireWritable(const std::string& path, const std::vector<std::string>& extensions);

// The same of a folder into which files are to be written; it is made when they are, if it is missing.
void requireWritableFolder(const std::string& path);

}  // namespace keyhole::cli
