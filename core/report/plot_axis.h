// The axes of a report's plots: where they end, and what is written on them; the same in a file and in a
// window.
#pragma once

#include "core/report/svg.h"

#include <vector>

namespace keyhole {

struct PlotAxis {
  double low = 0, high = 1;
  bool logarithmic = false;
  bool whole = false;  // there is nothing between whole numbers

  bool shows(double value) const;                  // whether it has a place
  double share(double value) const;                // from 0 at `low` to 1 at `high`, not beyond
  double moved(double value, double share) const;  // to the right by a share of the axis
  // Round numbers within the axis, rising, about `most` at most; of a whole axis whole ones.
  std::vector<double> ticks(int most) const;
};

// With a little room beyond what is drawn. Empty: there is nothing finite to draw.
struct PlotAxes {
  bool good = false;
  PlotAxis x, y;
};
PlotAxes axesOf(const SvgPlot& plot);

}  // namespace keyhole
