// Channels that say nothing of their own: what a latent model should be told to its user.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/trial.h"

#include <string>
#include <vector>

namespace keyhole {

// One sentence for channels that are copies of others, sample by sample, and one if the varying channels,
// copies apart, span fewer dimensions than they are (some is a sum of others): eigenvalues of their
// correlation matrix below 1e-10, over the time points at which none is missing. Constant channels are left
// out. Empty if there is nothing to say. Cost O(N² T). Throws Stopped.
std::vector<std::string> dependentChannels(const std::vector<Trial>& trials,
                                           const Progress& progress = noProgress());

// "1, 4, 7", counted from 1.
std::string channelList(const std::vector<Index>& channels);

}  // namespace keyhole
