// All long-time students of a low-rank teacher, from factors: no d x d matrix is ever formed.
#pragma once

#include "core/analysis/theory/student_modes.h"
#include "core/fitting/regression/stationary_fit.h"

namespace keyhole {

// With B = M Nᵀ and C = c₀ I + E Y Eᵀ (stationary_fit.h), N = E n, and the first d rows marked by an index d,
//   P B C Pᵀ = M_d nᵀ (c₀ I + Y) E_dᵀ,
//   E_dᵀ (P C Pᵀ)⁻¹ = (c₀ I + K_d Y)⁻¹ E_dᵀ  with K_d = E_dᵀ E_d    (push-through identity),
// so Â_d = M_d L_dᵀ with L_dᵀ = nᵀ (c₀ I + Y) (c₀ I + K_d Y)⁻¹ E_dᵀ: its rank is at most r, d - r eigenvalues
// are exactly 0, and the others are those of the r x r matrix L_dᵀ M_d. Exact for every d, both limits.
class LowRankStudents {
 public:
  // Precondition: covariance.status is solved and belongs to the form.
  LowRankStudents(const LowRankForm& form, LowRankCovariance covariance);

  Index units() const { return m_form.M.rows(); }

  // L_d, d x r. Cost O(d r² + r³).
  Matrix readers(Index d) const;

  // Of the student of the first d units. Always with everything. Throws std::runtime_error if an r x r QR
  // iteration fails. Cost O(d r² + r³).
  StudentModes modes(Index d, const ModeQuestions& questions) const;

  // λ_max(P C Pᵀ).
  double largestVariance(Index d) const;

 private:
  LowRankForm m_form;
  LowRankCovariance m_covariance;
  Matrix m_weights;  // nᵀ (c₀ I + Y), r x k
};

}  // namespace keyhole
