// The maximum a posteriori fit of a student with the teacher's own form (eq. 4 of the paper): ridge
// regression of x_t - (1-α) x_{t-1} on [α φ(x_{t-1}); α u_{t-1}], and, with an offset, on α: the constant
// drive b, which the ridge leaves alone. The equation of the paper has none; but a recording has a mean, and
// without b that mean is taken for a mode that lasts: white noise about m gives a mode n m²/(n m² + 1) of n
// units.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"
#include "core/simulation/sums.h"

namespace keyhole {

struct MapOptions {
  double alpha = 0.01;  // 0 < α <= 1
  double rho = 0.001;   // ridge ρ >= 0, on both blocks
  Nonlinearity phi = Nonlinearity::linear;
  bool offset = false;  // a constant drive b

  friend bool operator==(const MapOptions&, const MapOptions&) = default;
};

std::vector<std::string> problems(const MapOptions& options);

// From sums (already restricted to the d seen units): Â = α R (ρI + α² S)⁻¹, jointly with the input's block
// when the sums have one; with an offset the same of the sums about their means. options.alpha and phi must
// be those of the sums. Status singular if the matrix is not positive definite. Cost O(d³).
Student fitMap(const RegressionSums& sums, const MapOptions& options);

// What a user should know of a fit to these sums: a ridge that matters (dominance: of ridgeDominance()),
// units that are sums of each other, inputs of which it cannot be told what they do, and a mean that is left
// without an offset. A sentence each. Cost O((d + m)³).
std::vector<std::string> notesOn(const RegressionSums& sums, const MapOptions& options, double dominance);

// The same with its ridgeDominance, and notesOn().
Student fitMapNoted(const RegressionSums& sums, const MapOptions& options);

// From trials: activity is d x T_k (T_k >= 2), column t of the m x T_k input acts on the step to t+1; no
// transition leads from one trial into the next. The student has its ridgeDominance, and notesOn(). Cost O(d²
// Σ T_k + d³); polls progress. Throws InputError: trials that do not fit together, missing samples; Stopped.
Student fitMap(const std::vector<Trial>& trials, const MapOptions& options,
               Progress& progress = noProgress());

// The sums of trials, about the means of activity and input (RegressionSums::phiShift). Throws Stopped.
RegressionSums sumsOf(const std::vector<Trial>& trials, const MapOptions& options, Progress& progress);

// The same of one trial. input: m x T, or empty for none.
Student fitMap(ConstMatrixRef activity, ConstMatrixRef input, const MapOptions& options,
               Progress& progress = noProgress());

// How ρ compares with the data: ρ / (α² σ_min(S)), S about the mean with an offset; above about 0.1 the ridge
// visibly pulls the slowest-sampled directions towards 0. Infinite if S is singular up to rounding. Cost
// O(d³).
double ridgeDominance(const RegressionSums& sums, const MapOptions& options);

// A sentence on it for the user; empty if the ridge does not matter.
std::string ridgeNote(double dominance, double rho);

}  // namespace keyhole
