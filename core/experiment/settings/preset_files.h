// The preset files as they lie in resources/presets, compiled into the program.
#pragma once

#include <string>
#include <vector>

namespace keyhole {

struct PresetFile {
  std::string name;   // "figure-3"
  std::string bytes;  // JSON
};

const std::vector<PresetFile>& presetFiles();  // in the order in which they are offered

}  // namespace keyhole
