// The maximum a posteriori fit of a student with the teacher's own form (eq. 4 of the paper): ridge
// regression of x_t - (1-α) x_{t-1} on [α φ(x_{t-1}); α u_{t-1}].
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/simulation/sums.h"

namespace keyhole {

struct MapOptions {
  double alpha = 0.01;  // 0 < α <= 1
  double rho = 0.001;   // ridge ρ >= 0, on both blocks
  Nonlinearity phi = Nonlinearity::linear;
};

std::vector<std::string> problems(const MapOptions& options);

// From sums (already restricted to the d seen units): Â = α R (ρI + α² S)⁻¹, jointly with the input's block
// when the sums have one. options.alpha and phi must be those of the sums. Status singular if the matrix is
// not positive definite. Cost O(d³).
Student fitMap(const RegressionSums& sums, const MapOptions& options);

// From a recording: activity is d x T (T >= 2), input m x T or empty (column t acts on the step to t+1).
// Cost O(d² T); polls progress.
Student fitMap(ConstMatrixRef activity, ConstMatrixRef input, const MapOptions& options,
               Progress& progress = noProgress());

// How ρ compares with the data: ρ / (α² σ_min(S)); above about 0.1 the ridge visibly pulls the
// slowest-sampled directions towards 0. Infinite if S is singular. Cost O(d³).
double ridgeDominance(const RegressionSums& sums, const MapOptions& options);

// A sentence on it for the user; empty if the ridge does not matter.
std::string ridgeNote(double dominance, double rho);

}  // namespace keyhole
