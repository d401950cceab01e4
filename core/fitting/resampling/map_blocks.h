// The MAP fit of resampled blocks, from their sums: the recording is passed through once.
#pragma once

#include "core/fitting/regression/map_fit.h"
#include "core/fitting/resampling/resampling.h"

namespace keyhole {

// The sums of each block, all about the mean of the whole. Memory blocks x 2 N², cost O(N² Σ T_k). Throws
// Stopped.
std::vector<RegressionSums> mapBlockSums(const std::vector<Trial>& trials, const std::vector<Block>& blocks,
                                         const MapOptions& options, Progress& progress = noProgress());

// Σ counts_b × sums of block b: those of the resampled recording. Cost O(blocks N²).
RegressionSums drawnSums(const std::vector<RegressionSums>& sums, const Vector& counts);

Resampling mapResampling(const std::vector<Trial>& trials, const MapOptions& options);

}  // namespace keyhole
