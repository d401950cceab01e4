// The sign of a direction. Eigenvectors and singular vectors are determined up to it, and LAPACK's choice
// differs between processors (their kernels round differently): whatever starts from such a vector has to
// choose for itself.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// That of x's entry of largest magnitude, 1 or -1; among entries that are as large to 1e-6 of it, where
// rounding would decide, the first counts. 1 for a zero vector.
double directionSign(ConstVectorRef x);

// Every column of V (n x k) times its sign. Cost O(n k).
void fixSigns(Matrix& V);

}  // namespace keyhole
