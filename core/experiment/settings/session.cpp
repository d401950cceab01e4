#include "core/experiment/settings/session.h"

#include "core/common/error.h"
#include "core/experiment/settings/presets.h"
#include "core/io/file_bytes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>

namespace keyhole {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kFormat = 1;

// "question" and "hint" are the presets' own.
constexpr std::array<std::string_view, 8> kEntries = {"keyhole",  "title",  "question",  "hint",
                                                      "settings", "layout", "recording", "audit"};

ordered_json toJson(const std::string& what, const std::string& text) {
  ordered_json value = text;
  try {
    (void)value.dump();
  } catch (const ordered_json::type_error&) {
    throw InputError(what + " is " + value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) +
                     "; allowed in a session file: UTF-8 text");
  }
  return value;
}

ordered_json toJson(const SettingRow& row, const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return toJson(row.key, *text);
  return std::visit([](const auto& stored) { return ordered_json(stored); }, value);
}

// Beyond what a long long holds: get<long long>() would wrap around and the message would name another
// number.
bool isTooLarge(const json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX};
}

// For messages. Lists and objects are not written out: dump() calls itself once per level, and a file may
// nest them deeply enough to exhaust the stack.
std::string shown(const json& value) {
  if (value.is_array()) return "a list";
  return value.is_object() ? "an object" : value.dump();
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw InputError(name + " is no session file: " + why + "; allowed: a .keyhole file saved by this program");
}

void setFromJson(Settings& settings, const std::string& key, const json& value, const std::string& name) {
  try {
    const auto& row = settingRow(key);
    if (value.is_boolean())
      settings.set(key, value.get<bool>());
    else if (value.is_string())
      settings.set(key, value.get<std::string>());
    else if (value.is_number_integer() && row.type == SettingType::integer && !isTooLarge(value))
      settings.set(key, value.get<long long>());
    else if (value.is_number() && !isTooLarge(value))
      settings.set(key, value.get<double>());
    else
      throw InputError(key + " is " + shown(value) + "; allowed: " + allowedText(row));
  } catch (const InputError& error) {
    throw InputError(name + ": " + error.what());
  }
}

std::string optionalText(const json& object, const char* key, const std::string& name) {
  if (!object.contains(key)) return {};
  if (!object[key].is_string()) refuse(name, std::string("its ") + key + " is not a text");
  return object[key].get<std::string>();
}

// Of the recording: 16 hexadecimal digits; empty if the file has none.
std::string hashIn(const json& file, const std::string& name) {
  constexpr std::size_t kDigits = 16;
  if (!file.contains("recording")) return {};
  const json& recording = file["recording"];
  if (!recording.is_object() || recording.size() != 1 || !recording.contains("hash"))
    refuse(name, "its recording is no object with the entry \"hash\" alone");
  const std::string hash = recording["hash"].is_string() ? recording["hash"].get<std::string>() : "";
  if (hash.size() != kDigits || hash.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw InputError(name + ": the hash of its recording is " + shown(recording["hash"]) +
                     "; allowed: a text of 16 hexadecimal digits");
  return hash;
}

void requireKnownFormat(const json& file, const std::string& name) {
  const auto found = file.find("keyhole");
  if (found == file.end() || !found->is_number_integer())
    refuse(name, "it has no entry \"keyhole\" with the format's number");
  const long long format = isTooLarge(*found) ? INT64_MAX : found->get<long long>();
  if (format < 1 || format > kFormat)
    throw InputError(name + " has session format " + found->dump() +
                     "; allowed: 1, the newest that this program knows");
}

}  // namespace

std::string sessionBytes(const Session& session) {
  ordered_json file;
  file["keyhole"] = kFormat;
  file["title"] = toJson("the title", session.title);
  ordered_json settings = ordered_json::object();
  for (const auto& row : settingsTable()) settings[row.key] = toJson(row, session.settings.value(row.key));
  file["settings"] = std::move(settings);
  file["layout"] = toJson("the layout", session.layout);
  if (!session.recordingHash.empty())
    file["recording"] = {{"hash", toJson("the hash", session.recordingHash)}};
  if (!session.audit.empty()) file["audit"] = ordered_json::parse(session.audit);
  return file.dump(2) + "\n";
}

Session parseSession(std::string_view bytes, const std::string& name) {
  const json file = json::parse(bytes, nullptr, false);
  if (file.is_discarded()) refuse(name, "it is not JSON");
  if (!file.is_object()) refuse(name, "it is not a JSON object");
  requireKnownFormat(file, name);
  for (const auto& [entry, value] : file.items())
    if (std::find(kEntries.begin(), kEntries.end(), entry) == kEntries.end())
      refuse(name, "it has the unknown entry \"" + entry + "\"");
  Session session;
  session.title = optionalText(file, "title", name);
  session.layout = optionalText(file, "layout", name);
  session.recordingHash = hashIn(file, name);
  // Read once more with its entries in their order, so that saving gives the same bytes.
  if (file.contains("audit")) {
    if (!file["audit"].is_object()) refuse(name, "its audit is not an object");
    session.audit = ordered_json::parse(bytes)["audit"].dump();
  }
  if (!file.contains("settings")) return session;
  if (!file["settings"].is_object()) refuse(name, "its settings are not an object");
  for (const auto& [key, value] : file["settings"].items()) setFromJson(session.settings, key, value, name);
  return session;
}

void saveSession(const std::string& path, const Session& session) {
  writeFileAtomically(path, sessionBytes(session));
}

Session loadSession(const std::string& path) {
  return parseSession(readFileBytes(path), path);
}

Session presetOrSession(const std::string& nameOrPath) {
  std::string known;
  for (const auto& candidate : presets()) {
    if (candidate.name == nameOrPath) return {candidate.settings, candidate.title, {}};
    known += (known.empty() ? "" : ", ") + candidate.name;
  }
  std::error_code error;
  if (std::filesystem::exists(nameOrPath, error)) return loadSession(nameOrPath);
  throw InputError("\"" + nameOrPath +
                   "\" is neither a preset nor a file; allowed: a session file or one of " + known);
}

}  // namespace keyhole
