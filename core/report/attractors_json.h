// What a system is left with, as JSON.
#pragma once

#include "core/analysis/attractors.h"

#include <nlohmann/json.hpp>

namespace keyhole {

// points, cycles, slow_line, lyapunov, each with its status and one sentence; at most six eigenvalues per
// point, states as arrays of N numbers. Of a recording's student beside times in τ those in steps and
// seconds.
nlohmann::ordered_json attractorsToJson(const Attractors& attractors);

}  // namespace keyhole
