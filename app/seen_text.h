// "d = 25 of 500": what the observation fraction means for this teacher.
#pragma once

#include "core/experiment/experiment.h"

#include <QString>

namespace keyhole {

// The number of units of a file is known once it was read: from the experiment shown, if that is of the same
// file. Empty while it is unknown. shown may be null.
QString seenText(const Settings& settings, const Experiment* shown);

}  // namespace keyhole
