// The errors of a recording's claim, as JSON.
#pragma once

#include "core/experiment/studies/claim_errors.h"

#include <nlohmann/json.hpp>

namespace keyhole {

// offered, sentence, level, one_sided, slow_time_steps, blocks, block_steps, resamples (those made), asked,
// failed, claim, same_claim, scored, and [low, high] each (null: not bounded, or not known): leading_tau,
// line_attractor_score; lists of them by mode: re, im (of |Im λ|), map_time_constants. Without draws the
// first two alone.
nlohmann::ordered_json claimErrorsToJson(const ClaimErrors& errors, const ClaimSummary& summary);

// offered, sentence (or why), claimed_steps, simulations, failed, decisive_lag, lower (share of the
// simulations that remember more there), and by lag: lags, recording, low, median, high.
nlohmann::ordered_json claimedMemoryToJson(const ClaimedMemory& memory);

}  // namespace keyhole
