// The direction along which a student is slowest, over the seen units.
#pragma once

#include "core/fitting/fit.h"

namespace keyhole {

// N: the left eigenvector w of the mode that leads by the map, so that wᵀx follows that mode alone; of a
// latent student through the pseudo-inverse of its emission, of hidden units the seen part. Unit length;
// complex of a pair. Cost O(n³). Throws std::runtime_error if the eigenvalues cannot be found.
ComplexVector slowDirection(const Student& student, Index neurons);

// Steps in which that mode decays by e; negative if it grows, infinite if it does neither.
double slowestSteps(const Student& student);

}  // namespace keyhole
