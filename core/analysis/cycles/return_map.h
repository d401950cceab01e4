// Cycles of a switching system: piecewise affine with jumps in the field, so followed without derivatives.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/common/progress.h"

namespace keyhole {

enum class ReturnStatus {
  closed,        // two successive returns agree to 1e-8 of the extent
  rests,         // ‖F‖ fell below 1e-9 (1 + ‖z‖)
  noReturn,      // the section is not crossed any more within the horizon
  notConverged,  // the returns do not settle
  slides,        // the run is caught between two regions that point at each other: no flow is defined there
  diverges,
  stopped,
};

struct ReturnOrbit {
  ReturnStatus status = ReturnStatus::noReturn;
  Vector start;         // on the section
  double period = 0;    // τ
  double residual = 0;  // distance of the last two returns / amplitude
  double amplitude = 0;
  Vector mean;
  double contraction = 0;  // of the last returns, per turn: about the modulus of the leading multiplier
  Matrix points;           // N x count over one period
};

struct ReturnOptions {
  double settle = 60;    // τ
  double horizon = 200;  // τ, for one return
  double step = 0.02;    // τ
  int returns = 200;
  Index points = 400;
};

// Within a region the run takes steps of the fifth order (smooth_flow.h); a step that would end in another
// region ends at the boundary, found by bisection. The section is laid as in recurrence.h. A run that comes
// back closer only on its m-th return (m <= 8) has a period of m returns.
ReturnOrbit followReturns(const FlowSystem& system, ConstVectorRef start, const ReturnOptions& options,
                          Progress& progress = noProgress());

}  // namespace keyhole
