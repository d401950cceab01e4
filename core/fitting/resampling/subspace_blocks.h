// Subspace identification of resampled blocks, from the moments of their windows.
#pragma once

#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/latent/subspace_moments.h"
#include "core/fitting/resampling/resampling.h"

namespace keyhole {

// The moments of the windows that begin in each block and lie within its trial; about common means. Memory
// blocks x (2k (N + m))². Throws Stopped.
std::vector<WindowMoments> subspaceBlockMoments(const std::vector<Trial>& trials,
                                                const std::vector<Block>& blocks, Index blockRows,
                                                Progress& progress = noProgress());

// Σ counts_b × moments of block b.
WindowMoments drawnMoments(const std::vector<WindowMoments>& moments, const Vector& counts);

// The student of a draw has the F of subspaceModel(): what follows it there does not change F.
Resampling subspaceResampling(const std::vector<Trial>& trials, const SubspaceOptions& options);

}  // namespace keyhole
