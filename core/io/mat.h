// MATLAB files (.mat, versions 4, 5 and 7.3): one matrix out of one.
#pragma once

#include "core/common/types.h"

#include <string>
#include <vector>

namespace keyhole {

// A real numeric matrix variable as stored, whatever its class (double, single, integers, logical). With an
// empty name the file must hold exactly one. Throws InputError: no such file, not a .mat file, truncated, no
// such variable (those that are there are listed), or one that holds no real matrix (its class is named).
Matrix readMat(const std::string& path, const std::string& variable);

// "Qrun (212078 x 19 double)", for messages.
std::vector<std::string> matVariables(const std::string& path);

}  // namespace keyhole
