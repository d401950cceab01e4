// The matrix exponential.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// e^A by scaling and squaring with the [13/13] Padé approximant (Higham 2005, SIAM J. Matrix Anal. Appl.
// 26:1179): backward error of A below the unit roundoff, rounding of the squarings aside. A is square and
// finite. Cost about 2 n³ (7 + log₂ ‖A‖₁) flops and one linear solve.
Matrix exponential(ConstMatrixRef A);

}  // namespace keyhole
