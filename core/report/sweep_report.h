// Many experiments as a table.
#pragma once

#include "core/experiment/studies/sweep.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace keyhole {

// The names of sweepColumns(), and one line per row of sweepWork().
std::string sweepCsv(const Sweep& sweep, const std::vector<nlohmann::ordered_json>& rows);

}  // namespace keyhole
