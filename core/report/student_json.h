// A student in the JSON that `keyhole fit` writes, beyond its dynamics matrix, and read from there again.
#pragma once

#include "core/fitting/fit.h"

#include <nlohmann/json.hpp>

#include <string>

namespace keyhole {

// Adds, where the student has them: the parameters of a latent model, the parts of a switching one, the
// log-likelihood or loss of every iteration, and the restarts; and `student`, what makes the whole of it a
// student again. Keys as documented in `keyhole fit --help`.
void addStudentParts(nlohmann::ordered_json& json, const Student& student);

// The student of such a result (with its "dynamics" and "summary"): bit for bit the one that was written, but
// for its notes, the ridge's dominance and the seconds that it took. name: of the file, for messages. Throws
// InputError with one sentence: no result of keyhole fit, a fit without parameters, or an entry that is
// missing, has another shape or lies outside of its range.
Student studentFromJson(const nlohmann::json& json, const std::string& name);

// The JSON of such a file. Throws InputError for one that cannot be read or is no JSON.
nlohmann::json readStudentJson(const std::string& file);
// The student of such a file.
Student readStudent(const std::string& file);

}  // namespace keyhole
