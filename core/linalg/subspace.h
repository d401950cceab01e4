// Invariant subspaces and the angles between subspaces.
#pragma once

#include "core/common/types.h"

namespace keyhole {

struct InvariantSubspace {
  Matrix basis;          // n x k', orthonormal columns
  ComplexVector values;  // k', the eigenvalues of the restriction, ordered
  double gap = 0;        // between the real parts of the last one inside and the first one outside
};

// The invariant subspace of the k eigenvalues of largest real part, one more if a complex pair would be split
// (k' = k or k + 1): leading Schur vectors (LAPACK dgees, reordered by dtrsen), stable for non-normal
// matrices, where eigenvectors are not. The gap says how well defined it is; infinite if k' = n. Throws
// std::runtime_error if A is not square and finite or the QR iteration fails. Cost O(25 n³).
InvariantSubspace leadingInvariantSubspace(ConstMatrixRef A, Index k);

// Principal angles between the spans of two orthonormal bases (n x k₁, n x k₂), rising, min(k₁, k₂) of them,
// in [0, π/2]: cosines are the singular values of UᵀV; small angles from the sines (Björck & Golub 1973), so
// that they are accurate to rounding.
Vector principalAngles(ConstMatrixRef U, ConstMatrixRef V);

// What chance gives: for uniformly random subspaces the mean of cos² over the angles is max(k₁, k₂)/n; this
// is its root.
double chanceCosine(Index k1, Index k2, Index n);

}  // namespace keyhole
