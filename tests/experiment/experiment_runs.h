// Settings, refusals and small experiments for the tests of core/experiment.
#pragma once

#include "core/common/error.h"
#include "core/common/random.h"
#include "core/experiment/experiment.h"
#include "core/experiment/settings/presets.h"
#include "tests/support/stop_at.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace keyhole::test {

// What an InputError says, or "" if nothing was refused. Any other exception goes on, and the test fails.
template <class Action>
std::string refusal(Action&& action) {
  try {
    std::forward<Action>(action)();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// One line that does not go on after a full stop.
inline bool isOneSentence(std::string_view text) {
  return !text.empty() && !contains(text, "\n") && !contains(text, ". ");
}

using Changes = std::vector<std::pair<std::string, std::string>>;

inline Settings with(Settings settings, const Changes& changes) {
  for (const auto& [key, text] : changes) settings.setFromText(key, text);
  return settings;
}

// A preset small enough to run many times: 40 units, 8 of them seen.
inline Settings small(std::string_view name, const Changes& changes = {}) {
  const Settings settings = with(preset(name).settings, {{"teacher.size", "40"},
                                                         {"simulation.steps", "1200"},
                                                         {"observation.fraction", "0.2"},
                                                         {"analysis.limit_runs", "3"},
                                                         {"analysis.limit_steps", "100"}});
  return with(settings, changes);
}

// A value of the row somewhere between its ends, for u in (0, 1); at 0 and 1 the ends themselves (numbers
// only).
inline SettingValue valueAt(const SettingRow& row, double u) {
  static const std::vector<std::string> texts = {
      "", "1-25", "a b/ü φ.npy", "quote \" back \\ tab \t line \n", "file.mat:Qrun", "\x01 control", "{}"};
  const auto pick = [u](const auto& list) {
    return list[static_cast<std::size_t>(u * static_cast<double>(list.size()))];
  };
  switch (row.type) {
    case SettingType::number:
      return std::clamp(row.minimum + u * (row.maximum - row.minimum), row.minimum, row.maximum);
    case SettingType::integer:
      return static_cast<long long>(row.minimum + std::floor(u * (row.maximum - row.minimum)));
    case SettingType::flag:
      return u < 0.5;
    case SettingType::choice:
      return pick(row.choices).name;
    case SettingType::text:
      break;
  }
  return pick(texts);
}

// Every setting at random.
inline Settings randomSettings(std::uint64_t draw) {
  const auto& table = settingsTable();
  std::vector<double> u(table.size());
  RandomStream(20, Stream::test, draw).uniforms(0, u);
  Settings settings;
  for (std::size_t i = 0; i < table.size(); ++i) settings.set(table[i].key, valueAt(table[i], u[i]));
  return settings;
}

// Some allowed value that is not the one at hand.
inline SettingValue anotherValue(const SettingRow& row, const SettingValue& now) {
  for (const double u : {0.05, 0.3, 0.6, 0.95})
    if (const auto value = valueAt(row, u); value != now) return value;
  return now;
}

}  // namespace keyhole::test
