// What made a result: the program's version, the seed and every setting that acted. It stands in every JSON
// that is written out, and beside every table.
#pragma once

#include "core/experiment/settings/settings.h"

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole {

std::string programVersion();  // "0.1.0"

// program, version, seed, settings (those that apply, as they acted; without those of the view).
nlohmann::ordered_json runRecord(const Settings& settings);

}  // namespace keyhole
