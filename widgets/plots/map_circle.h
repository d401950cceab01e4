// The eigenvalues λ at which a mode of the map in steps of α neither grows nor decays.
#pragma once

#include "widgets/plots/axes.h"

#include <QVector>

namespace keyhole {

struct MapCircle {
  QVector<double> re, im;  // closed
};

// The circle |1-α+αλ| = 1 where it can be told, in a window of these ranges, from the line Re λ = 1; else
// empty. alpha: 0 is the flow itself, which has the line alone.
MapCircle mapCircle(double alpha, const Range& x, const Range& y);

}  // namespace keyhole
