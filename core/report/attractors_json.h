// What a system is left with, as JSON.
#pragma once

#include "core/analysis/attractors.h"

#include <nlohmann/json.hpp>

namespace keyhole {

// points, cycles, slow_line, lyapunov, each with its status and one sentence; at most six eigenvalues per
// point, states as arrays of N numbers.
nlohmann::ordered_json attractorsToJson(const Attractors& attractors);

}  // namespace keyhole
