// The windows of a recording and the Cholesky factor of their moments: all that subspace identification
// needs.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/trial.h"

namespace keyhole {

struct SubspaceMoments {
  Index blockRows = 0, neurons = 0, inputs = 0;
  Index windows = 0;  // of 2 blockRows steps, none across two trials
  // Lower triangular, factor factorᵀ = Σ h hᵀ over the windows (and a ridge), h in deviations from its mean.
  // Rows, with k = blockRows: the inputs of the k later steps; [u; y] of the k earlier ones, step by step; y
  // of the later ones.
  Matrix factor;

  Index pastAt() const { return blockRows * inputs; }
  Index pastRows() const { return blockRows * (inputs + neurons); }
  Index futureAt() const { return pastAt() + pastRows(); }
  Index futureRows() const { return blockRows * neurons; }
};

// Number of windows of `steps` steps.
Index windowCount(const std::vector<Trial>& trials, Index steps);

// Throws Stopped; std::runtime_error if the moments are not finite or cannot be factorised.
SubspaceMoments subspaceMoments(const std::vector<Trial>& trials, Index blockRows, Progress& progress);

}  // namespace keyhole
