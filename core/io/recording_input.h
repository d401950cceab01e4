// The known drive of a recording, from a file of its own or from another place in the same one.
#pragma once

#include "core/io/table_dialect.h"
#include "core/observation/recording.h"

#include <string>

namespace keyhole {

// m x T in the recording's time points: from as many trials as it has, each with one row per time point, or
// from one array of all of them (a single row of T numbers is one input). What was guessed or left out is
// added to the recording's notes. Throws InputError: another length, another number of trials or inputs, a
// number that is not finite.
Matrix readInputOf(Recording& recording, const std::string& spec, const TableOptions& table = {});

}  // namespace keyhole
