// Eigenvalues in the project's order: by falling real part; of equal real parts the larger imaginary part
// first, so that a complex pair stands as +im, -im.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// Sorts eigenvalues in place into the project's order and returns the permutation that was applied
// (new position -> old position).
std::vector<Index> orderByRealPart(ComplexVector& values);

// All eigenvalues of a square matrix (LAPACK dgeev), ordered. Throws std::runtime_error if the QR iteration
// fails or an entry is not finite. Cost O(n³): about 2 ms at n = 100.
ComplexVector eigenvalues(ConstMatrixRef A);

// The largest |λ|; 0 of an empty matrix. As eigenvalues().
double spectralRadius(ConstMatrixRef A);

// (A + Aᵀ) / 2.
Matrix symmetricPart(ConstMatrixRef A);

struct EigenvalueConditions {
  ComplexVector values;  // ordered
  Vector conditions;  // κ_i = 1/|yᵢᴴ xᵢ| >= 1 for unit left and right eigenvectors; 1 for a normal matrix
};

// Eigenvalues and their condition numbers (LAPACK dgeevx). To first order a perturbation E moves λ_i by at
// most κ_i ‖E‖₂. Cost O(n³), about three times eigenvalues().
EigenvalueConditions eigenvaluesWithConditions(ConstMatrixRef A);

// Eigenvalues (ordered) with unit right eigenvectors in columns.
struct EigenSystem {
  ComplexVector values;
  ComplexMatrix vectors;  // n x n
};
EigenSystem eigenSystem(ConstMatrixRef A);

// Eigenvalues of a symmetric matrix, falling, with orthonormal eigenvectors in columns (LAPACK dsyevr); only
// the leading `count` if count >= 0; signs as in signs.h. The lower triangle is read.
struct SymmetricEigenSystem {
  Vector values;
  Matrix vectors;  // n x count
};
SymmetricEigenSystem symmetricEigenSystem(ConstMatrixRef A, Index count = -1);

// Singular values, falling. Cost O(m n min(m, n)).
Vector singularValues(ConstMatrixRef A);

}  // namespace keyhole
