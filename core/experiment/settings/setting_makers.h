// Short ways to write a row of the settings table.
#pragma once

#include "core/experiment/settings/settings_table.h"

namespace keyhole::setting_makers {

struct Range {
  double minimum, maximum;
  SettingScale scale = SettingScale::linear;
};

constexpr auto kLog = SettingScale::logarithmic;

SettingRow number(Stage stage, std::string key, double initial, Range range, std::string unit,
                  std::string label, std::string help, std::vector<Applies> applies = {});
SettingRow integer(Stage stage, std::string key, long long initial, Range range, std::string unit,
                   std::string label, std::string help, std::vector<Applies> applies = {});
SettingRow flag(Stage stage, std::string key, bool initial, std::string label, std::string help,
                std::vector<Applies> applies = {});
SettingRow text(Stage stage, std::string key, std::string initial, std::string label, std::string help,
                std::vector<Applies> applies = {});
// The first choice is the default.
SettingRow choice(Stage stage, std::string key, std::vector<Choice> choices, std::string label,
                  std::string help, std::vector<Applies> applies = {});
SettingRow prominent(SettingRow row);
SettingRow remaking(Remakes what, SettingRow row);

}  // namespace keyhole::setting_makers
