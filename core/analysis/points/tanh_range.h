// What tanh, its derivative and its slopes can be over an interval: outward-rounded enclosures.
//
// Rounding. Arithmetic is that of the processor (to nearest, unit roundoff u = 1.1e-16), and every bound is
// moved outwards by more than its own error: tanh is within 2 ulp (nonlinearity.h), for which 1e-15 of its
// value are taken; 1 - tanh² is then within 5e-15, for which 1e-14 are taken; a slope (tanh x - tanh c)/(x -
// c) is within 5e-15/|x - c|, and is used from |x - c| >= 1e-4 on only, with 1e-10.
#pragma once

#include "core/common/types.h"

namespace keyhole {

struct Interval {
  double low = 0, high = 0;
};

// An axis-parallel box, n intervals.
struct Box {
  Vector low, high;

  Index size() const { return low.size(); }
  Vector middle() const { return 0.5 * (low + high); }
  bool isEmpty() const { return (low.array() > high.array()).any(); }
};

// tanh over each interval, within [-1, 1].
Box tanhRange(const Box& box);

// x with tanh x in [low, high], where -1 < low or high < 1 bound it; else infinite on that side. low <= high.
Interval inverseTanhRange(double low, double high);

// 1 - tanh² over each interval, within [0, 1].
Box tanhDerivativeRange(const Box& box);

// (tanh x - tanh c)/(x - c) for x in each interval, c (in the box) fixed: narrower than the derivative's
// range. For c >= 0 the slope falls on x > 0, since tanh is concave there, and on x < 0 it has one maximum,
// where it equals tanh'(x): at its zero h(x) = tanh'(x)(x - c) - (tanh x - tanh c) changes sign once, h' =
// tanh''(x)(x - c) being negative there. So its minimum is at an end, and tanh' of any x < 0 with tanh'(x) >=
// slope(x) bounds it from above.
Box tanhSlopeRange(const Box& box, const Vector& c);

}  // namespace keyhole
