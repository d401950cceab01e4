// The long-time students of one teacher as leading blocks of one matrix, and their leading eigenvalues by a
// Krylov method on it.
#pragma once

#include "core/analysis/theory/student_modes.h"

#include <optional>

namespace keyhole {

// With the Cholesky factor C = L Lᵀ (nested: L_d is the leading block of L) and B C = B L Lᵀ,
//   L_d⁻¹ Â_d L_d = L_d⁻¹ (P B C Pᵀ) L_d⁻ᵀ = leading d x d block of F,   F = L⁻¹ B L,
// since the inverse of a triangular matrix is nested, too. So the student of d units is similar to the
// compression of one matrix, the teacher in whitened coordinates, to the first d of them. Two consequences:
//   - every |λ̂_d| <= ‖F‖₂, for every d (a compression has no larger norm);
//   - continuous limit: F + Fᵀ = 2 I - L⁻¹ L⁻ᵀ, so F - σ I with σ >= 1 has a negative definite symmetric part
//     and a stable LU factorisation without pivoting, of which that of every leading block is the leading
//     block. Discrete limit: the same for σ >= 1 + α/(2 (1-α)), from W C Wᵀ = C - α² I.
// One factorisation thus serves the shifted and inverted Arnoldi processes of all d.
class WhitenedStudents {
 public:
  // L: D x D lower triangular; BC: D x D. alpha: of the discrete limit, or 0. Cost O(D³).
  WhitenedStudents(const Matrix& L, const Matrix& BC, double alpha);

  const Matrix& teacher() const { return m_F; }  // F
  double norm() const { return m_norm; }         // ‖F‖₂

  // The modes of the student of d units by the Krylov road. Empty where it does not pay or does not get far
  // enough: it must have found every eigenvalue in a disk around the shift that holds all that could lie to
  // the right of the last one shown (they have |λ| <= ‖F‖₂), to a residual of 1e-10; take the dense road
  // then. `complete` rests on that disk and on Arnoldi's having left out none within it. Conditions
  // (estimated in the Krylov space) and `undetermined` are those in whitened coordinates. Cost O(d² m) for m
  // steps, m about 30 to 120.
  std::optional<StudentModes> modes(Index d, Index count) const;

 private:
  Matrix m_F;
  Matrix m_factors;  // L and U of F - σ I in one
  double m_shift = 1;
  double m_norm = 0;
};

}  // namespace keyhole
