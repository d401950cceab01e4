// The latent LDS of resampled blocks: a whole fit each.
#pragma once

#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/resampling/resampling.h"

#include <optional>

namespace keyhole {

// The drawn blocks as trials, a block that is drawn twice as two.
std::vector<Trial> drawnTrials(const std::vector<Trial>& trials, const std::vector<Block>& blocks,
                               const Vector& counts);

// Exact EM of each draw begins with `fitted`, the model of the trials themselves, and rests at 0.01 nats: far
// below what a draw moves the likelihood. Its first states begin with the spread of `states` (L x T, those of
// the first trial), since a block begins anywhere. The published estimator, which has one start, is fitted as
// it is. Cost: a fit of the recording for each draw.
Resampling ldsResampling(const std::vector<Trial>& trials, const LdsOptions& options,
                         const std::optional<LdsModel>& fitted, const Matrix& states);

}  // namespace keyhole
