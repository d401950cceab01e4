// The autocorrelation of a recording along a direction.
#pragma once

#include "core/fitting/trial.h"

namespace keyhole {

// Of the signal z = directionᵀ (y - mean) over all trials (N; missing samples stand at the mean): entry l is
// the mean of z̄_t z_{t+l}, over the pairs of all trials, divided by that of lag 0. Of a real direction with
// its sign; of a complex one, as a rotation has it, the modulus, so that what goes round is not taken for
// forgotten. Lags 0 to lags - 1; 0 where no trial is that long, or where nothing varies. Cost O(T log T);
// throws Stopped.
Vector autocorrelation(const std::vector<Trial>& trials, const ComplexVector& direction, Index lags,
                       const Progress& progress = noProgress());

}  // namespace keyhole
