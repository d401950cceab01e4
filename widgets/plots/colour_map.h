// Colours for time: viridis (van der Walt & Smith 2015), perceptually uniform and readable in grey.
#pragma once

#include <QColor>

namespace keyhole {

// position in [0, 1]; clamped.
QColor timeColour(double position);

}  // namespace keyhole
