// Neutral cycles of affine systems: pairs of eigenvalues that turn and neither grow nor decay.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/analysis/points/fixed_points.h"
#include "core/common/time_words.h"

#include <string>

namespace keyhole {

// A pair of eigenvalues on the border between decay and growth that turns makes a plane of cycles round the
// point of rest: each neither attracts nor repels, and all have one period.
struct Centre {
  Vector periods;  // τ, one a plane, falling
  bool drifts =
      false;  // pairs of one frequency share an eigenvector (a Jordan block): the turns grow for ever
  std::string message;  // one sentence; empty: there is no such pair

  bool isFound() const { return periods.size() > 0; }
};

// Of an affine system without switching, whose point of rest it is, with its eigenvalues. alpha 0: of the
// flow, where |Re λ - 1| <= 1e-6 and Im λ is larger; above: of steps of alpha, where ||1 + α (λ - 1)| - 1| <=
// 1e-6 α (an eigenvalue of -1 as half of a pair: period 2 α). Nothing where something grows. Cost: none
// without such a pair, nor for pairs of different frequencies; else a singular value decomposition of 2N x
// 2N.
Centre centreOf(const FlowSystem& system, const FixedPoint& point, double alpha, const TimeWords& words = {});

}  // namespace keyhole
