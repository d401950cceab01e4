// The leading eigenpairs of a matrix: with all others (dense), or alone (Krylov).
#pragma once

#include "core/common/types.h"

#include <functional>

namespace keyhole {

struct EigenReport {
  ComplexVector values;   // all, in the project's order (eigen.h)
  Vector conditions;      // all: κ_i >= 1
  ComplexMatrix vectors;  // n x min(count, n): unit right eigenvectors of the first ones
};

// By LAPACK's Hessenberg form and QR iteration. The conditions come from the eigenvectors of the triangular
// form, which are as long and lie as to each other as those of A, and the vectors from inverse iteration, so
// that the orthogonal transforms are never multiplied out: a third less than dgeevx, which is taken where
// the inverse iteration fails or the entries are near the end of the range of numbers. Throws
// std::runtime_error if the QR iteration fails or an entry is not finite. Cost O(n³).
EigenReport eigenReport(ConstMatrixRef A, Index count);

// max over the first vectors of ‖A v - λ v‖ / ‖A‖_F: every one of these λ is an exact eigenvalue of a matrix
// that is so near to A. 0 for a zero matrix.
double eigenResidual(ConstMatrixRef A, const ComplexVector& values, const ComplexMatrix& vectors);

// An Arnoldi process with full reorthogonalisation for a linear operator on n-vectors, which grows on demand
// and is not restarted.
class Arnoldi {
 public:
  using Operator = std::function<void(VectorRef)>;  // v ← K v, in place

  // start: n numbers, not all zero; limit: the largest number of steps.
  Arnoldi(Operator apply, const Vector& start, Index limit);

  // Grows the basis to `steps` (at most the limit). Stops early at an invariant subspace.
  void expandTo(Index steps);
  Index steps() const { return m_steps; }
  bool exhausted() const { return m_steps >= m_limit || m_invariant; }

  struct Ritz {
    ComplexVector values;   // of K, by falling modulus
    Vector residuals;       // ‖K x - μ x‖ of the unit Ritz vectors x
    Vector conditions;      // of μ within the Krylov space: estimates of those of K, from below
    ComplexMatrix inBasis;  // steps x steps, unit columns
  };
  // Throws std::runtime_error if the QR iteration fails. Cost O(steps³).
  Ritz ritz() const;

  // n x k: Ritz vectors from their coordinates in the basis.
  ComplexMatrix inSpace(const ComplexMatrix& inBasis) const;

 private:
  Operator m_apply;
  Index m_limit;
  Index m_steps = 0;
  bool m_invariant = false;
  Matrix m_basis;       // n x (limit + 1)
  Matrix m_hessenberg;  // (limit + 1) x limit
};

}  // namespace keyhole
