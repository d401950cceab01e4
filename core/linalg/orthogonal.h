// Random and given orthonormal frames, and what one does with them.
#pragma once

#include "core/common/random.h"
#include "core/common/types.h"

namespace keyhole {

// n x k matrix with orthonormal columns, Haar distributed: the Q factor of a Gaussian matrix with the signs
// of R's diagonal divided out (Mezzadri 2007). Uses columns firstRow … firstRow + k - 1 of the stream.
Matrix haarColumns(const RandomStream& random, Index n, Index k, std::uint64_t firstRow = 0);

// Orthonormal basis of the column space of A (n x k, k <= n): thin Q of a column-pivoted QR, columns whose R
// entry is below 1e-12 of the largest dropped.
Matrix orthonormalBasis(ConstMatrixRef A);

// A = Q R by Householder reflections. k = min(rows, columns); Q is rows x k with orthonormal columns, R is k
// x columns, upper trapezoidal, its diagonal of either sign.
struct QrFactors {
  Matrix Q, R;
};
QrFactors thinQr(ConstMatrixRef A);

// R alone.
Matrix triangularFactor(ConstMatrixRef A);

// The least squares solution X of A X = B (columns of B side by side) by a column-pivoted QR; where the
// columns of A depend on each other, those that the pivoting takes last get no weight.
Matrix leastSquares(ConstMatrixRef A, ConstMatrixRef B);

// The one of least norm, by a complete orthogonal decomposition; and that of the identity, A⁺. (A few lines:
// but the decomposition takes the compiler 12 s wherever it stands.)
Matrix leastNormSolution(ConstMatrixRef A, ConstMatrixRef B);
Matrix pseudoInverse(ConstMatrixRef A);

}  // namespace keyhole
