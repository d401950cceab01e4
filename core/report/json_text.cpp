#include "core/report/json_text.h"

#include <algorithm>

namespace keyhole {
namespace {

using nlohmann::ordered_json;

bool isFlat(const ordered_json& value) {
  return std::none_of(value.begin(), value.end(), [](const auto& entry) { return entry.is_structured(); });
}

std::string compact(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void appendJson(std::string& text, const ordered_json& value, const std::string& indent) {
  if (!value.is_structured() || value.empty() || (value.is_array() && isFlat(value))) {
    text += compact(value);
    return;
  }
  const std::string deeper = indent + "  ";
  text += value.is_object() ? "{" : "[";
  const char* separator = "\n";
  for (const auto& [key, entry] : value.items()) {
    text += separator + deeper;
    if (value.is_object()) text += compact(key) + ": ";
    appendJson(text, entry, deeper);
    separator = ",\n";
  }
  text += "\n" + indent + (value.is_object() ? "}" : "]");
}

}  // namespace

std::string jsonText(const ordered_json& value) {
  std::string text;
  appendJson(text, value, "");
  return text + "\n";
}

}  // namespace keyhole
