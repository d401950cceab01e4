// Curves as JSON and as a table.
#pragma once

#include "core/experiment/studies/subsampling_curve.h"

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole {

// Adds rows (of the first draw), theory, draws and summary, warnings.
void addCurves(nlohmann::ordered_json& json, const DrawnCurves& drawn);

// One line per row and draw.
std::string curveCsv(const DrawnCurves& drawn);

}  // namespace keyhole
