// The options that say how a recording is read, the same for every command that reads one: each is a setting
// of `recording` under a shorter name.
#pragma once

#include "core/experiment/settings/settings.h"

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace keyhole::cli {

class ReadingOptions {
 public:
  // withInput: also --input, one for the one recording.
  void addTo(CLI::App& command, bool withInput);

  // What was given, into settings. Throws InputError: out of range, or the settings are of no recording.
  void applyTo(Settings& settings) const;

 private:
  std::map<std::string, std::string> m_texts;  // per option's name, as typed; empty: not given
  bool m_transpose = false;
};

}  // namespace keyhole::cli
