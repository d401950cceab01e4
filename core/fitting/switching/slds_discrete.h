// Exact inference in a chain of discrete states: forward-backward sums and the most likely path.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"

#include <vector>

namespace keyhole {

// The weight of a path is exp(logInitial(z_0) + Σ_{t>=1} logTransitions(z_{t-1}, z_t; t) + Σ_t
// logLikelihoods(z_t, t)).
struct DiscreteChain {
  Vector logInitial;      // K
  Matrix logTransitions;  // K² x 1 (all steps alike) or K² x T (column t: into t; column 0 is not used); the
                          // step from i to j is entry i + K j
  Matrix logLikelihoods;  // K x T
};

struct DiscretePosterior {
  Matrix states;             // K x T, p(z_t = k)
  Matrix pairs;              // K² x T, p(z_{t-1} = i, z_t = j) at i + K j; column 0 is 0
  double logNormaliser = 0;  // log of the sum of all weights
};

// How many steps of K² exponentials take a few milliseconds: between two looks at the user's wish to stop.
Index stepsBetweenLooks(Index K);

// Sums over all paths in the log domain, so that nothing underflows. No finite entry is too small; -inf
// is allowed if some path remains. Cost O(T K²). Throws Stopped.
DiscretePosterior forwardBackward(const DiscreteChain& chain, const Progress& progress = noProgress());

// The path of largest weight (Viterbi); of equal ones that with the lower last state. Cost O(T K²).
std::vector<int> likeliestPath(const DiscreteChain& chain);

// log Σ exp, without overflow; -inf if all entries are.
double logSumExp(const double* values, Index count);

}  // namespace keyhole
