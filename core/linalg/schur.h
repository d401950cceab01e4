// The real Schur form.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// A = Z T Zᵀ, T upper quasi-triangular: 1 x 1 blocks for real eigenvalues, 2 x 2 blocks [a b; c a] with b c <
// 0 for pairs a ± i √(-b c) (LAPACK's standard form). re and im hold the eigenvalues in the order of T's
// diagonal. An upper triangular A is its own Schur form, exactly (the balancing finds that out).
struct RealSchur {
  Matrix T;
  Matrix Z;  // empty without vectors
  Vector re, im;
};

// Throws std::runtime_error if A is not square and finite or the QR iteration fails. Cost about 25 n³ flops
// with vectors, 10 n³ without.
RealSchur realSchur(ConstMatrixRef A, bool withVectors = true);

}  // namespace keyhole
