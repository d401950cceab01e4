// Stationary covariances of linear systems.
#pragma once

#include "core/common/types.h"

namespace keyhole {

struct LyapunovSolution {
  Matrix X;
  bool stable = false;    // false: the system has no stationary state and X is empty
  double residual = 0.0;  // ‖left side - right side‖_F / ‖right side‖_F
};

// Solves J X + X Jᵀ + Q = 0 for symmetric Q (Bartels & Stewart 1972: LAPACK dgees and dtrsyl).
// stable is false if an eigenvalue of J has Re >= 0. Cost about 25 n³.
LyapunovSolution solveContinuousLyapunov(ConstMatrixRef J, ConstMatrixRef Q);

// Solves X = W X Wᵀ + Q by doubling (X ← X + W X Wᵀ, W ← W²; Smith 1968), quadratic convergence.
// stable is false if the spectral radius of W is not below 1 (the iterates grow or do not settle in 60
// doublings). Cost about 6 n³ per doubling.
LyapunovSolution solveDiscreteLyapunov(ConstMatrixRef W, ConstMatrixRef Q);

}  // namespace keyhole
