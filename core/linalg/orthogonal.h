// Random and given orthonormal frames.
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

}  // namespace keyhole
