// The rows of the settings table, a function per stage.
#pragma once

#include "core/experiment/settings/settings_table.h"

namespace keyhole {

std::vector<SettingRow> teacherRows();
std::vector<SettingRow> recordingRows();
std::vector<SettingRow> simulationRows();
std::vector<SettingRow> observationRows();
std::vector<SettingRow> fitRows();
std::vector<SettingRow> analysisRows();
std::vector<SettingRow> viewRows();

}  // namespace keyhole
