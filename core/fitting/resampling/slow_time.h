// How long a recording remembers its own slow directions: what the blocks of a bootstrap must be longer than.
#pragma once

#include "core/fitting/trial.h"

namespace keyhole {

// The autocorrelation of one signal per direction (N x k, columns; missing samples as the mean), over all
// trials, each lag with its own number of pairs: the last lag, in time steps, at which its absolute value is
// still above 1/e, plus one. Lags up to half of the longest trial are looked at; what remembers for longer is
// told as that many. The largest over the directions; at least 1. The absolute value: a rotation that lasts
// crosses zero early. Cost O(k T log T); throws Stopped.
double slowTime(const std::vector<Trial>& trials, ConstMatrixRef directions,
                const Progress& progress = noProgress());

// Directions along which a recording may be slow: its leading principal components (at most `count`), from at
// most 20,000 time points spread over all trials, and the rows of `own` (a student's slow left eigenvectors;
// 0 x N for none). N x k, unit columns.
Matrix slowDirections(const std::vector<Trial>& trials, Index count, ConstMatrixRef own);

}  // namespace keyhole
