// Where one number stands among draws of it.
#pragma once

#include "core/common/types.h"

namespace keyhole {

struct Standing {
  Vector sorted;        // the finite draws, rising
  Index undefined = 0;  // draws that are not finite: left out of everything else
  double shown = 0;
  double quantile = 0;  // share of the draws below the shown one, ties (to 1e-6) counted half; in [0, 1]
  double lowerQuartile = 0, median = 0, upperQuartile = 0;  // interpolated between the draws
  bool defined = false;  // the shown one is finite and so is at least one draw; else the numbers mean nothing
};

// Cost O(n log n).
Standing standingOf(double shown, const Vector& draws);

// The value below which a share q in [0, 1] of rising values lies, interpolated linearly between them (type 7
// of Hyndman & Fan 1996); sorted has at least one entry.
double quantileOf(const Vector& sorted, double q);

}  // namespace keyhole
