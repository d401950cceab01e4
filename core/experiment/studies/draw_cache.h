// Finished draws in files, so that a distribution is computed once.
#pragma once

#include "core/experiment/studies/score_draws.h"

namespace keyhole {

// The settings on which a draw depends, as text: all of them up to the fit stage, but the seed that is
// varied.
std::string drawKey(const Settings& settings, DrawnOver over);

// The draws kept under this key; none if the folder is empty, the file is missing, damaged or of another key.
std::vector<ScoreDraw> cachedDraws(const std::string& folder, const std::string& key);

// Keeps them; without a folder, or where it cannot be written, does nothing.
void cacheDraws(const std::string& folder, const std::string& key, const std::vector<ScoreDraw>& draws);

}  // namespace keyhole
