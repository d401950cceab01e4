// The windows of a recording and the Cholesky factor of their moments: all that subspace identification
// needs.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/trial.h"

namespace keyhole {

// A channel that varies less than this part of its size is rounding alone.
inline constexpr double kConstantChannel = 1e-12;

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

// What a part of a recording adds to the moments: sums over the windows of 2 blockRows steps that begin in
// it. They can be added, and weighted.
struct WindowMoments {
  Matrix gram;  // Σ h hᵀ, h = [u_t; y_t; u_{t+1}; …] in deviations from the scale's means; upper blocks only
  Vector sums;  // Σ h
  Index windows = 0;
};

// Mean and greatest deviation of each channel of [u; y].
struct WindowScale {
  Vector mean, most;
};
WindowScale windowScale(const std::vector<Trial>& trials, const Progress& progress);

// Adds the windows that begin at first … first + windows - 1 of a trial, all of which must lie in it. `into`
// is empty or of the same blockRows. Throws Stopped.
void addWindows(WindowMoments& into, const Trial& trial, Index first, Index windows, Index blockRows,
                const WindowScale& scale, Progress& progress);

// Of windows of m inputs and N neurons. Throws as subspaceMoments().
SubspaceMoments factorOf(WindowMoments moments, Index blockRows, Index neurons, Index inputs,
                         Progress& progress);

// Number of windows of `steps` steps.
Index windowCount(const std::vector<Trial>& trials, Index steps);

// Throws Stopped; std::runtime_error if the moments are not finite or cannot be factorised.
SubspaceMoments subspaceMoments(const std::vector<Trial>& trials, Index blockRows, Progress& progress);

}  // namespace keyhole
