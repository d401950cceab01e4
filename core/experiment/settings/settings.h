// All settings as one value: presets, undo and the session file are made of it.
#pragma once

#include "core/experiment/settings/settings_table.h"

#include <cstdint>

namespace keyhole {

class Settings {
 public:
  Settings();  // every setting at its default

  const SettingValue& value(std::string_view key) const;
  double number(std::string_view key) const;  // integers too
  long long integer(std::string_view key) const;
  bool flag(std::string_view key) const;
  const std::string& text(std::string_view key) const;  // choices too

  // Checks type and range (InputError). A whole double is accepted for an integer.
  void set(std::string_view key, SettingValue value);
  void setFromText(std::string_view key, std::string_view text);

  bool isDefault(std::string_view key) const;
  // Whether the row means something now: every setting that it waits for has one of the values it names. One
  // that does not apply itself counts as at its default.
  bool applies(const SettingRow& row) const;

  friend bool operator==(const Settings&, const Settings&) = default;
  friend Settings effective(const Settings& settings);

 private:
  std::vector<SettingValue> m_values;  // in the order of the table
};

// The settings as they act: rows that do not apply stand at their default, and fit.iterations at the
// published number where it is 0, and fit.offset on or off where it is auto. Two settings with the same
// effective() ask for the same experiment; what is computed reads these alone.
Settings effective(const Settings& settings);

// Whether any setting of a stage up to and including `stage` acts differently (effective()): then that
// stage's result is stale.
bool staleThrough(const Settings& before, const Settings& after, Stage stage);

// Whether the settings of the analysis that make this stale act the same.
bool sameFor(Remakes what, const Settings& before, const Settings& after);

// The keys whose values differ.
std::vector<std::string> changedKeys(const Settings& before, const Settings& after);

}  // namespace keyhole
