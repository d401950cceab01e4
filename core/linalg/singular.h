// Singular vectors: all of a matrix, or the leading pair of an operator.
#pragma once

#include "core/common/types.h"

#include <functional>

namespace keyhole {

// A = left · diag(values) · rightᴴ, thin; values falling.
struct SingularSystem {
  Vector values;  // k = min(rows, columns)
  Matrix left;    // rows x k
  Matrix right;   // columns x k
};
struct ComplexSingularSystem {
  Vector values;
  ComplexMatrix left, right;
};

// LAPACK dgesdd and zgesdd. Throw std::runtime_error if an entry is not finite or the iteration fails. Cost
// O(rows · columns · k).
SingularSystem singularSystem(ConstMatrixRef A);
ComplexSingularSystem complexSingularSystem(const ComplexMatrix& A);

// The leading values alone, and the vectors of the first one. A must have as many rows as columns or more.
// Where the leading values lie within a factor of 30 they come from the tridiagonal form of AᵀA, which has
// them to 1e-12 of themselves and costs a third of the bidiagonal form; that is taken else. Where the first
// two values are tied the vectors are any pair of their space. Throws as singularSystem().
struct LeadingSingularValues {
  Vector values;       // min(count, columns), falling
  Vector left, right;  // unit, of the first value; empty for an empty matrix
};
LeadingSingularValues leadingSingularValues(ConstMatrixRef A, Index count);

// The smallest singular value of a square matrix; infinite for an empty one.
double smallestSingularValue(const ComplexMatrix& A);

// y = E x and y = Eᵀ x for a linear operator E on n-vectors.
struct LinearOperator {
  std::function<Vector(const Vector&)> apply;
  std::function<Vector(const Vector&)> applyTransposed;
};

// σ₁ with E v = σ u exactly and ‖Eᵀ u - σ v‖ <= residual: some singular value lies within the residual of σ,
// and σ <= σ₁ always (a Rayleigh quotient). For a cluster-free σ₁ its error is of order residual²/(σ₁ - σ₂).
struct LeadingSingular {
  double value = 0;
  Vector left, right;  // unit, n; left is zero if the value is
  double residual = 0;
  bool converged = false;
};

// Golub–Kahan–Lanczos bidiagonalisation with full reorthogonalisation from `start` (n, not zero), restarted
// from its best vector every 40 steps, until residual <= tolerance · σ or 10 restarts. A start without any
// component along the leading vector never finds it: mix in something random. Cost per step: one apply, one
// applyTransposed, O(n k).
LeadingSingular leadingSingular(const LinearOperator& E, const Vector& start, double tolerance = 1e-8);

}  // namespace keyhole
