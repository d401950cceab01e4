// Level lines of a function on a rectangular grid.
#pragma once

#include "core/common/types.h"

#include <vector>

namespace keyhole {

struct Polyline {
  Matrix points;        // 2 x n: x and y
  bool closed = false;  // the first point follows the last (and is not repeated)
};

// Marching squares with linear interpolation: the lines where the values (x.size() x y.size(), value(i, j) at
// x(i), y(j)) pass `level`, the higher values to the left. Each line is whole: closed, or from border to
// border. A saddle cell is split by the mean of its corners; cells with a corner that is not finite are left
// out. For a smooth function the error is O(h²). Cost: one pass over the cells.
std::vector<Polyline> contours(const Vector& x, const Vector& y, ConstMatrixRef values, double level);

}  // namespace keyhole
