#include "core/experiment/settings/presets.h"

#include "core/common/error.h"
#include "core/experiment/settings/preset_files.h"
#include "core/experiment/settings/session.h"

#include <nlohmann/json.hpp>

namespace keyhole {
namespace {

Preset parsePreset(const PresetFile& file) {
  const auto json = nlohmann::json::parse(file.bytes);
  Preset preset;
  preset.name = file.name;
  preset.title = json.at("title").get<std::string>();
  preset.question = json.at("question").get<std::string>();
  preset.hint = json.at("hint").get<std::string>();
  preset.settings = parseSession(file.bytes, "the preset " + file.name).settings;
  return preset;
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = [] {
    std::vector<Preset> parsed;
    for (const auto& file : presetFiles()) parsed.push_back(parsePreset(file));
    return parsed;
  }();
  return all;
}

const Preset& preset(std::string_view name) {
  std::string known;
  for (const auto& candidate : presets()) {
    if (candidate.name == name) return candidate;
    known += (known.empty() ? "" : ", ") + candidate.name;
  }
  throw InputError("there is no preset \"" + std::string(name) + "\"; allowed: " + known);
}

}  // namespace keyhole
