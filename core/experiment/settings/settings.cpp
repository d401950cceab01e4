#include "core/experiment/settings/settings.h"

#include "core/common/error.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/fit_options.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace keyhole {
namespace {

std::size_t positionOf(std::string_view key) {
  settingRow(key);  // throws for an unknown one
  return static_cast<std::size_t>(settingPosition(key));
}

}  // namespace

Settings::Settings() {
  for (const auto& row : settingsTable()) m_values.push_back(row.initial);
}

const SettingValue& Settings::value(std::string_view key) const {
  return m_values[positionOf(key)];
}

double Settings::number(std::string_view key) const {
  const auto& stored = value(key);
  if (const auto* whole = std::get_if<long long>(&stored)) return static_cast<double>(*whole);
  return std::get<double>(stored);
}

long long Settings::integer(std::string_view key) const {
  return std::get<long long>(value(key));
}
bool Settings::flag(std::string_view key) const {
  return std::get<bool>(value(key));
}
const std::string& Settings::text(std::string_view key) const {
  return std::get<std::string>(value(key));
}

void Settings::set(std::string_view key, SettingValue value) {
  const std::size_t position = positionOf(key);
  const auto& row = settingsTable()[position];
  if (const auto* number = std::get_if<double>(&value); number && row.type == SettingType::integer &&
                                                        *number == std::floor(*number) &&
                                                        std::abs(*number) < 0x1p62)
    value = static_cast<long long>(*number);
  if (const auto* whole = std::get_if<long long>(&value); whole && row.type == SettingType::number)
    value = static_cast<double>(*whole);
  requireAllowed(row, value);
  m_values[position] = std::move(value);
}

void Settings::setFromText(std::string_view key, std::string_view text) {
  set(key, parseSetting(settingRow(key), text));
}

bool Settings::isDefault(std::string_view key) const {
  return value(key) == settingRow(key).initial;
}

bool Settings::applies(const SettingRow& row) const {
  return std::all_of(row.applies.begin(), row.applies.end(), [&](const Applies& condition) {
    const auto& waitedFor = settingRow(condition.key);
    const auto& now = applies(waitedFor) ? text(condition.key) : std::get<std::string>(waitedFor.initial);
    return std::find(condition.values.begin(), condition.values.end(), now) != condition.values.end();
  });
}

Settings effective(const Settings& settings) {
  Settings acting = settings;
  for (const auto& row : settingsTable())
    if (!settings.applies(row)) acting.m_values[positionOf(row.key)] = row.initial;
  if (acting.integer("fit.iterations") == 0 && usualIterations(acting) > 0)
    acting.set("fit.iterations", usualIterations(acting));
  if (acting.text("fit.offset") == "auto" && acting.applies(settingRow("fit.offset")))
    acting.set("fit.offset", std::string(fitOffset(acting) ? "on" : "off"));
  return acting;
}

bool staleThrough(const Settings& before, const Settings& after, Stage stage) {
  const auto keys = changedKeys(effective(before), effective(after));
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return settingRow(key).stage <= stage; });
}

bool sameFor(Remakes what, const Settings& before, const Settings& after) {
  const Settings a = effective(before), b = effective(after);
  const auto& rows = settingsTable();
  return std::all_of(rows.begin(), rows.end(), [&](const SettingRow& row) {
    return row.remakes != what || a.value(row.key) == b.value(row.key);
  });
}

std::vector<std::string> changedKeys(const Settings& before, const Settings& after) {
  std::vector<std::string> changed;
  for (const auto& row : settingsTable())
    if (before.value(row.key) != after.value(row.key)) changed.push_back(row.key);
  return changed;
}

}  // namespace keyhole
