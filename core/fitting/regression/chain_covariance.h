// The stationary covariance of a feedforward chain in its own modes, by recursion up the chain.
#pragma once

#include "core/common/types.h"
#include "core/fitting/regression/stationary_fit.h"

namespace keyhole {

// T is the mode matrix of the chain (δ on the diagonal, links l_i above it, β along the rest of row 0). With
// N = T - δ I strictly upper triangular both limits read
//   s C = p (N C + C Nᵀ) + q N C Nᵀ + v I:
// continuous, (T-I) C + C (T-I)ᵀ = -I:       s = 2 (1-δ), p = 1, q = 0, v = 1;
// discrete, C = W C Wᵀ + α² I, W = a I + α N: s = 1 - a², p = a α, q = v = α², a = 1 - α + α δ.
// Row i of N C holds only rows of C below i, so C follows from its last entry upwards; row 0 comes last and
// takes the column sums that β asks for. For β >= 0, 0 <= a, links >= 0 nothing is ever subtracted, so every
// entry has a small relative error. Cost O(D²). Empty if there is no stationary state (s <= 0).
Matrix chainCovariance(const ChainForm& chain, StationaryLimit limit, double alpha);

}  // namespace keyhole
