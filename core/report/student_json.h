// What `keyhole fit` writes of a student beyond its dynamics matrix.
#pragma once

#include "core/fitting/fit.h"

#include <nlohmann/json.hpp>

namespace keyhole {

// Adds, where the student has them: the parameters of a latent model, the parts of a switching one, the
// log-likelihood or loss of every iteration, and the restarts. Keys as documented in `keyhole fit --help`.
void addStudentParts(nlohmann::ordered_json& json, const Student& student);

}  // namespace keyhole
