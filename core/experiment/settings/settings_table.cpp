#include "core/experiment/settings/settings_table.h"

#include "core/common/error.h"
#include "core/experiment/settings/settings_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace keyhole {
namespace {

// Levenshtein's distance, for "did you mean".
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string nearestKeys(std::string_view key) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const auto& row : settingsTable()) ranked.emplace_back(editDistance(key, row.key), row.key);
  std::partial_sort(ranked.begin(), ranked.begin() + 3, ranked.end());
  return ranked[0].second + ", " + ranked[1].second + ", " + ranked[2].second;
}

// A text in place of a number or a flag is quoted, or the message would read "is true; allowed: true or
// false".
std::string shown(const SettingRow& row, const SettingValue& value) {
  const bool wantsText = row.type == SettingType::text || row.type == SettingType::choice;
  const auto* text = std::get_if<std::string>(&value);
  return text && !wantsText ? "\"" + *text + "\"" : toText(value);
}

[[noreturn]] void refuse(const SettingRow& row, std::string_view value) {
  throw InputError(row.key + " is " + (value.empty() ? "empty" : std::string(value)) +
                   "; allowed: " + allowedText(row));
}

bool isChoice(const SettingRow& row, std::string_view name) {
  return std::any_of(row.choices.begin(), row.choices.end(), [&](const Choice& c) { return c.name == name; });
}

template <class Number>
bool parseWhole(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string nameOf(Stage stage) {
  switch (stage) {
    case Stage::teacher:
      return "teacher";
    case Stage::recording:
      return "recording";
    case Stage::simulation:
      return "simulation";
    case Stage::observation:
      return "observation";
    case Stage::fit:
      return "fit";
    case Stage::analysis:
      return "analysis";
    case Stage::view:
      return "view";
  }
  return "unknown";
}

const std::vector<SettingRow>& settingsTable() {
  static const std::vector<SettingRow> table = [] {
    std::vector<SettingRow> rows;
    for (const auto& part : {teacherRows(), recordingRows(), simulationRows(), observationRows(), fitRows(),
                             analysisRows(), viewRows()})
      rows.insert(rows.end(), part.begin(), part.end());
    return rows;
  }();
  return table;
}

int settingPosition(std::string_view key) {
  static const auto positions = [] {
    std::unordered_map<std::string_view, int> all;
    const auto& table = settingsTable();
    for (std::size_t i = 0; i < table.size(); ++i) all.emplace(table[i].key, static_cast<int>(i));
    return all;
  }();
  const auto found = positions.find(key);
  return found == positions.end() ? -1 : found->second;
}

const SettingRow& settingRow(std::string_view key) {
  const int position = settingPosition(key);
  if (position < 0)
    throw InputError("there is no setting \"" + std::string(key) + "\"; the nearest are " + nearestKeys(key));
  return settingsTable()[static_cast<std::size_t>(position)];
}

std::string allowedText(const SettingRow& row) {
  const std::string unit = row.unit.empty() ? "" : " (" + row.unit + ")";
  switch (row.type) {
    case SettingType::number:
      return "a number from " + toText(row.minimum) + " to " + toText(row.maximum) + unit;
    case SettingType::integer:
      return "a whole number from " + std::to_string(static_cast<long long>(row.minimum)) + " to " +
             std::to_string(static_cast<long long>(row.maximum)) + unit;
    case SettingType::flag:
      return "true or false";
    case SettingType::choice: {
      std::string names;
      for (const auto& choice : row.choices) names += (names.empty() ? "" : ", ") + choice.name;
      return names;
    }
    case SettingType::text:
      return "text";
  }
  return {};
}

SettingValue parseSetting(const SettingRow& row, std::string_view text) {
  SettingValue value;
  switch (row.type) {
    case SettingType::number: {
      double parsed = 0;
      if (!parseWhole(text, parsed)) refuse(row, text);
      value = parsed;
      break;
    }
    case SettingType::integer: {
      long long parsed = 0;
      if (!parseWhole(text, parsed)) refuse(row, text);
      value = parsed;
      break;
    }
    case SettingType::flag:
      if (text != "true" && text != "false") refuse(row, text);
      value = text == "true";
      break;
    case SettingType::choice:
    case SettingType::text:
      value = std::string(text);
      break;
  }
  requireAllowed(row, value);
  return value;
}

void requireAllowed(const SettingRow& row, const SettingValue& value) {
  const SettingType type = row.type;
  bool allowed = false;
  if (const auto* number = std::get_if<double>(&value))
    allowed = type == SettingType::number && *number >= row.minimum && *number <= row.maximum;
  else if (const auto* whole = std::get_if<long long>(&value))
    // As whole numbers: 2^53 + 1 would become 2^53 as a double.
    allowed = type == SettingType::integer && *whole >= static_cast<long long>(row.minimum) &&
              *whole <= static_cast<long long>(row.maximum);
  else if (std::holds_alternative<bool>(value))
    allowed = type == SettingType::flag;
  else if (const auto* text = std::get_if<std::string>(&value))
    allowed = type == SettingType::text || (type == SettingType::choice && isChoice(row, *text));
  if (!allowed) refuse(row, shown(row, value));
}

std::string toText(const SettingValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return toText(*number);
  if (const auto* whole = std::get_if<long long>(&value)) return std::to_string(*whole);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return std::get<std::string>(value);
}

}  // namespace keyhole
