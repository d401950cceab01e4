// Newton's method away from the roots that are known (deflation; Brown & Gearhart 1971, Farrell, Birkisson &
// Funke 2015). Internals of neighbour_search.h.
#pragma once

#include "core/analysis/flow/flow_equation.h"

#include <functional>
#include <vector>

namespace keyhole {

struct DeflatedSearch {
  Vector y;
  bool isNear = false;  // ‖f‖ is small there: Newton's method on f itself may finish
  int iterations = 0;
};

// On m(y) f(y), m = Π (1 + h²/‖y - r‖²) over the known roots r: the step is Newton's of f, times a factor
// that is negative where it would lead to a known root. At most 40 steps, none longer than `longest`. Cost of
// each: as of Newton's, and n per root.
DeflatedSearch searchDeflated(const FlowEquation& equation, Vector start, const std::vector<Vector>& known,
                              double reach, double longest, const std::function<bool()>& stop);

}  // namespace keyhole
