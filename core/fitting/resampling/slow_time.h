// How long a recording remembers its own slow directions: what the blocks of a bootstrap must be longer than.
#pragma once

#include "core/fitting/trial.h"

namespace keyhole {

// The autocorrelation along each direction (N x k, columns) over all trials: the last lag, in time steps, at
// which its absolute value is still above 1/e, plus one. A lag beyond twice the last one so far counts only
// if the value is also above four of Bartlett's standard errors, given the correlations so far: at long lags
// the estimate of what has long been forgotten comes above 1/e by chance, while a slow oscillation comes back
// sooner. Lags up to half of the longest trial are looked at; what remembers for longer is told as that many.
// The largest over the directions; at least 1. Cost O(k T log T); throws Stopped.
double slowTime(const std::vector<Trial>& trials, const ComplexMatrix& directions,
                const Progress& progress = noProgress());

// Directions along which a recording may be slow: its leading principal components (at most `count`), from at
// most 20,000 time points spread over all trials, and `own` (N, a student's slow direction, or empty). N x k,
// unit columns.
ComplexMatrix slowDirections(const std::vector<Trial>& trials, Index count, const ComplexVector& own);

}  // namespace keyhole
