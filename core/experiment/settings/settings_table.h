// The one table of settings. Sliders, messages, the session file, --set key=value, `keyhole list` and the
// manual are all made from it. Every setting belongs to exactly one stage; changing it reruns that stage and
// the later ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace keyhole {

// teacher and recording are one result: a circuit, or what a file holds as the rows of `recording` read it.
enum class Stage { teacher, recording, simulation, observation, fit, analysis, view };
std::string nameOf(Stage stage);

enum class SettingType { number, integer, flag, choice, text };
enum class SettingScale { linear, logarithmic };

// number: double; integer: long long; flag: bool; choice and text: string.
using SettingValue = std::variant<double, long long, bool, std::string>;

struct Choice {
  std::string name;   // in files and on the command line: "low-rank-orthogonal"
  std::string label;  // in the window: "Low rank, orthogonal"
  std::string help;   // one sentence
};

// When a setting means something: the setting `key` has one of the values.
struct Applies {
  std::string key;  // empty: always
  std::vector<std::string> values;
};

// What of a finished experiment a setting of the analysis makes stale; the verdict is judged anew anyway.
enum class Remakes {
  verdict,   // nothing else
  scores,    // of other draws
  errors,    // of the claim of a recording
  search,    // of points of rest and cycles; growth
  freeRuns,  // of teacher and student
  picture,   // of the student, and what rests on it
};

struct SettingRow {
  std::string key;  // "teacher.size"
  Stage stage;
  SettingType type;
  double minimum = 0, maximum = 0;  // numbers and integers
  SettingScale scale = SettingScale::linear;
  std::string unit;  // "τ", "units", "" …
  SettingValue initial;
  std::vector<Choice> choices;
  std::vector<Applies> applies;  // all must hold
  std::string label;
  std::string help;                // one or two sentences
  bool prominent = false;          // shown first and largest
  std::optional<Remakes> remakes;  // of every row of the analysis, and of no other
};

const std::vector<SettingRow>& settingsTable();

// The row of a key. Throws InputError naming the key and the nearest known ones.
const SettingRow& settingRow(std::string_view key);

// The position of a key in the table; -1 if unknown.
int settingPosition(std::string_view key);

// "a number from 0.001 to 1" …, for messages and lists.
std::string allowedText(const SettingRow& row);

// Text (from the command line or a field) to a value in range. Throws InputError: "teacher.size is 1;
// allowed: …".
SettingValue parseSetting(const SettingRow& row, std::string_view text);
// Throws InputError if the value has the wrong type or lies outside the range.
void requireAllowed(const SettingRow& row, const SettingValue& value);
std::string toText(const SettingValue& value);

}  // namespace keyhole
