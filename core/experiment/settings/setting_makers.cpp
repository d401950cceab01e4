#include "core/experiment/settings/setting_makers.h"

namespace keyhole::setting_makers {

SettingRow number(Stage stage, std::string key, double initial, Range range, std::string unit,
                  std::string label, std::string help, std::vector<Applies> applies) {
  return {std::move(key),
          stage,
          SettingType::number,
          range.minimum,
          range.maximum,
          range.scale,
          std::move(unit),
          initial,
          {},
          std::move(applies),
          std::move(label),
          std::move(help),
          false,
          {}};
}

SettingRow integer(Stage stage, std::string key, long long initial, Range range, std::string unit,
                   std::string label, std::string help, std::vector<Applies> applies) {
  SettingRow row = number(stage, std::move(key), 0, range, std::move(unit), std::move(label), std::move(help),
                          std::move(applies));
  row.type = SettingType::integer;
  row.initial = initial;
  return row;
}

SettingRow flag(Stage stage, std::string key, bool initial, std::string label, std::string help,
                std::vector<Applies> applies) {
  SettingRow row =
      number(stage, std::move(key), 0, {0, 1}, "", std::move(label), std::move(help), std::move(applies));
  row.type = SettingType::flag;
  row.initial = initial;
  return row;
}

SettingRow text(Stage stage, std::string key, std::string initial, std::string label, std::string help,
                std::vector<Applies> applies) {
  SettingRow row =
      number(stage, std::move(key), 0, {0, 0}, "", std::move(label), std::move(help), std::move(applies));
  row.type = SettingType::text;
  row.initial = std::move(initial);
  return row;
}

SettingRow choice(Stage stage, std::string key, std::vector<Choice> choices, std::string label,
                  std::string help, std::vector<Applies> applies) {
  SettingRow row = text(stage, std::move(key), choices.front().name, std::move(label), std::move(help),
                        std::move(applies));
  row.type = SettingType::choice;
  row.choices = std::move(choices);
  return row;
}

SettingRow remaking(Remakes what, SettingRow row) {
  row.remakes = what;
  return row;
}

SettingRow prominent(SettingRow row) {
  row.prominent = true;
  return row;
}

}  // namespace keyhole::setting_makers
