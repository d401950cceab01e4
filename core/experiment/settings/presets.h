// Preset experiments: the settings that differ from the defaults, with a title, a question and a hint, as
// JSON files in resources/presets.
#pragma once

#include "core/experiment/settings/settings.h"

namespace keyhole {

struct Preset {
  std::string name;      // "figure-3"
  std::string title;     // "Figure 3: a spurious limit cycle"
  std::string question;  // what to look for, one sentence
  std::string hint;      // what to try next, one sentence
  Settings settings;
};

// All presets, in the order of resources/presets/index.json. The files are compiled into the program.
const std::vector<Preset>& presets();

// Throws InputError naming the unknown preset and listing the known ones.
const Preset& preset(std::string_view name);

}  // namespace keyhole
