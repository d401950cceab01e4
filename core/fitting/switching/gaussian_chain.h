// A Gaussian over a chain of vectors, given by its block-tridiagonal precision.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"

namespace keyhole {

// log density of x_0 … x_{T-1} (each of L numbers) up to a constant:
//   Σ_t [-½ x_tᵀ D_t x_t + h_tᵀ x_t] + Σ_{t>=1} x_tᵀ B_t x_{t-1}.
// Unlike the transitions of a Kalman filter, any positive definite sum of such terms has this form, also the
// average of several dynamics. Matrices are columns (column-major).
struct GaussianChain {
  Matrix diagonal;  // L² x T, D_t, symmetric
  Matrix coupling;  // L² x T, B_t; column 0 is not used
  Matrix linear;    // L x T, h_t
};

struct ChainMoments {
  Matrix means;        // L x T
  Matrix covariances;  // L² x T, Cov(x_t)
  Matrix lagged;       // L² x T, Cov(x_t, x_{t-1}), rows of x_t; column 0 is 0
  double logDet = 0;   // of the precision of the whole chain
};

// Block Cholesky forwards, the needed blocks of the inverse backwards (Takahashi's recursion). Cost O(T L³),
// no allocation per step. The moments take the place of the chain, in its memory. Throws std::runtime_error
// if the precision is not positive definite, Stopped; `out` is then of no use.
void solveChain(GaussianChain&& chain, ChainMoments& out, Progress& progress = noProgress());

}  // namespace keyhole
