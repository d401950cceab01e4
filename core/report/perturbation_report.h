// What came of a push, as a table.
#pragma once

#include "core/experiment/studies/perturbation_stage.h"

#include <string>

namespace keyhole {

// The distances, two columns (time, distance) per system; the conclusion and the numbers of each system stand
// above as lines that begin with #. Runs that ended early end in nan.
std::string perturbationCsv(const Perturbation& perturbation);

}  // namespace keyhole
