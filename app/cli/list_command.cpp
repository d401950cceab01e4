// `keyhole list`: presets, teachers, methods and settings, all from the tables that the program itself uses.
#include "app/cli/commands.h"
#include "core/common/error.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/presets.h"

#include <algorithm>
#include <memory>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kTextWidth = 96;

const char* nameOf(SettingType type) {
  switch (type) {
    case SettingType::number:
      return "number";
    case SettingType::integer:
      return "integer";
    case SettingType::flag:
      return "flag";
    case SettingType::choice:
      return "choice";
    case SettingType::text:
      return "text";
  }
  return "";
}

bool hasRange(const SettingRow& row) {
  return row.type == SettingType::number || row.type == SettingType::integer;
}

ordered_json choicesJson(const std::vector<Choice>& choices) {
  auto array = ordered_json::array();
  for (const auto& choice : choices)
    array.push_back({{"name", choice.name}, {"label", choice.label}, {"help", choice.help}});
  return array;
}

ordered_json limitJson(const SettingRow& row, double limit) {
  if (!hasRange(row)) return nullptr;
  return row.type == SettingType::integer ? ordered_json(static_cast<long long>(limit)) : ordered_json(limit);
}

ordered_json settingJson(const SettingRow& row) {
  ordered_json json;
  json["key"] = row.key;
  json["label"] = row.label;
  json["stage"] = keyhole::nameOf(row.stage);
  json["type"] = nameOf(row.type);
  json["minimum"] = limitJson(row, row.minimum);
  json["maximum"] = limitJson(row, row.maximum);
  json["scale"] = row.scale == SettingScale::logarithmic ? "logarithmic" : "linear";
  json["unit"] = row.unit;
  std::visit([&](const auto& value) { json["default"] = value; }, row.initial);
  json["choices"] = choicesJson(row.choices);
  json["applies"] = ordered_json::array();
  for (const auto& condition : row.applies)
    json["applies"].push_back({{"key", condition.key}, {"values", condition.values}});
  json["help"] = row.help;
  return json;
}

std::string listJson() {
  ordered_json json;
  json["presets"] = ordered_json::array();
  for (const auto& preset : presets())
    json["presets"].push_back({{"name", preset.name},
                               {"title", preset.title},
                               {"question", preset.question},
                               {"hint", preset.hint}});
  json["teachers"] = choicesJson(settingRow("teacher.kind").choices);
  json["methods"] = choicesJson(settingRow("fit.method").choices);
  json["settings"] = ordered_json::array();
  for (const auto& row : settingsTable()) json["settings"].push_back(settingJson(row));
  return jsonText(json);
}

// Columns that a UTF-8 text takes (no wide characters occur here).
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t columns) {
  return text + std::string(columns > width(text) ? columns - width(text) : 1, ' ');
}

// Breaks the text between words so that no line, indent included, is longer than kTextWidth.
std::string wrapped(const std::string& text, const std::string& indent) {
  std::string result = indent;
  std::size_t column = indent.size();
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string word = text.substr(start, end - start);
    if (column > indent.size() && column + 1 + width(word) > kTextWidth) {
      result += "\n" + indent;
      column = indent.size();
    } else if (column > indent.size()) {
      result += ' ';
      ++column;
    }
    result += word;
    column += width(word);
    start = end + 1;
  }
  return result + "\n";
}

std::string choicesText(const std::vector<Choice>& choices) {
  std::string text;
  for (const auto& choice : choices) text += "  " + choice.name + "\n" + wrapped(choice.help, "      ");
  return text;
}

std::string appliesText(const SettingRow& row) {
  std::string text;
  for (const auto& condition : row.applies) {
    if (condition.key.empty()) continue;
    text += (text.empty() ? "Applies if " : " and ") + condition.key + " is ";
    for (std::size_t i = 0; i < condition.values.size(); ++i) text += (i ? " or " : "") + condition.values[i];
  }
  return text.empty() ? text : text + ".";
}

std::string settingText(const SettingRow& row) {
  const std::string initial = toText(row.initial);
  std::string text = "  " + padded(row.key, 30) + "default " + (initial.empty() ? "none" : initial);
  if (hasRange(row)) text += "; " + allowedText(row);
  text += "\n" + wrapped(row.help, "      ");
  if (!hasRange(row)) text += wrapped("Allowed: " + allowedText(row) + ".", "      ");
  if (const auto when = appliesText(row); !when.empty()) text += wrapped(when, "      ");
  return text;
}

std::string listText() {
  std::string text = "Presets (keyhole simulate, keyhole figure)\n";
  for (const auto& preset : presets())
    text += "  " + padded(preset.name, 28) + preset.title + "\n" +
            wrapped(preset.question + " " + preset.hint, "      ");
  text += "\nTeachers (keyhole curve --teacher)\n" + choicesText(settingRow("teacher.kind").choices);
  text += "\nMethods (fit.method; keyhole fit --method takes " + namesOf(fitsRecordings) + ")\n" +
          choicesText(settingRow("fit.method").choices);
  text += "\nSettings (--set key=value), by stage\n";
  std::string stage;
  for (const auto& row : settingsTable()) {
    if (keyhole::nameOf(row.stage) != stage) {
      stage = keyhole::nameOf(row.stage);
      text += "\n " + stage + "\n";
    }
    text += settingText(row);
  }
  return text;
}

}  // namespace

void addListCommand(CLI::App& app, Action& chosen) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("list", "List presets, teachers, methods and every setting");
  command->add_flag("--json", *json, "Print JSON: presets, teachers, methods, settings");
  command->footer(
      R"(Each setting is given with its key, default, range, unit, when it applies and what it means. As JSON: key,
label, stage, type, minimum, maximum, scale, unit, default, choices, applies, help.

Examples:
  keyhole list
  keyhole list --json)");
  command->callback([json, &chosen] {
    chosen = [json](Console& console) {
      deliver(console, "", *json ? listJson() : listText());
      return static_cast<int>(kGood);
    };
  });
}

}  // namespace keyhole::cli
