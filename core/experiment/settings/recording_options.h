// From the settings to how a recording is read, and the steps of preprocessing as one line of text.
#pragma once

#include "core/experiment/settings/settings.h"
#include "core/io/recording_file.h"

#include <string>
#include <string_view>

namespace keyhole {

// The settings' way of reading; missing samples are allowed. Throws InputError: windows that are none.
RecordingOptions recordingOptions(const Settings& settings);

// Sets the rows of the steps that `text` names, such as "bin:0.02,smooth:0.05,zscore"; those that it does not
// name stay as they are. Units and windows are parted by semicolons there (units:1-25;40). Throws InputError,
// naming the step: unknown, out of range, twice, or not in the order in which the steps are done.
void applySteps(Settings& settings, std::string_view text);

// The same backwards: what acts, "" if nothing does.
std::string stepsText(const Settings& settings);

// What --steps takes, for help.
std::string stepsHelp();

}  // namespace keyhole
