// The inner loop of CORNN: errors of one unit's predictions, elementwise.
#pragma once

#include "core/fitting/regression/cornn_fit.h"

namespace keyhole {

// Sums over the errors of one unit.
struct CornnErrorSums {
  double kept = 0;  // how many errors count as they are
  double loss = 0;  // see fitCornn()
};

// e = error(y, tanh z) of the loss for `count` time points (z and e apart). tanh is within 4e-16 of the exact
// value. The same bits on every machine.
CornnErrorSums cornnErrors(CornnLoss loss, double threshold, const double* z, const double* y, double* e,
                           Index count);

}  // namespace keyhole
