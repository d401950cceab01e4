// All long-time students of an unrotated feedforward chain: the chain's own shift with one fitted last row
// and, for β ≠ 0, one fitted first row.
#pragma once

#include "core/analysis/theory/student_modes.h"
#include "core/network/network.h"

#include <optional>

namespace keyhole {

class MonicPolynomial;

// The student of the first d units, Â = δ I + S + e_d lastᵀ + e_1 firstᵀ with S the shift (ones above the
// diagonal).
//
// Derivation. B couples the seen to the unseen only through the link d → d+1 (row d) and through β (row 1),
// so of Â = B_ss + B_su C_us C_ss⁻¹ (s: seen, u: unseen) all other rows are those of B:
//   last  = C_ss⁻¹ C_{s,d+1}                        (the best linear guess of the first unseen unit),
//   first = β (0, 1, … 1) + β C_ss⁻¹ Σ_{j>d} C_{s,j}  (the same for the sum of all unseen ones).
// With the nested Cholesky factor C = L Lᵀ these are L_d⁻ᵀ times row d+1 of L, and times the sum of the rows
// below d. With μ = λ - δ the eigenvectors are (1 + G(μ), (μ - first_1) (1, μ, μ² …)), where G(μ) = Σ_{i>=2}
// first_i μ^{i-2}, and the eigenvalues are the roots of
//   f(μ) = (μ - first_1) (μ^{d-1} - Σ_{i>=2} last_i μ^{i-2}) - last_1 (1 + G(μ)),
// for β = 0 simply μ^d - Σ last_i μ^{i-1}: the monic polynomial of degree d that is orthogonal to all lower
// ones in the form <μ^i, μ^j> = C_{i+1,j+1}. Proved for every D, d, β and both limits.
struct ChainStudent {
  double diagonal = 0;  // δ
  Vector first, last;   // d each

  Matrix matrix() const;      // Â, d x d
  Vector polynomial() const;  // d + 1 coefficients of f, that of μ^0 first; d >= 2
};

// From the lower Cholesky factor of the stationary covariance of the whole chain (or of its first d + 1
// units, if β = 0). Precondition: ChainStudents::applicable(chain), 1 <= d <= D. Cost O(d² + D d).
ChainStudent chainStudent(const ChainForm& chain, const Matrix& L, Index d);

class ChainStudents {
 public:
  // Unrotated, with no missing link.
  static bool applicable(const ChainForm& chain);

  // L: the lower Cholesky factor of the stationary covariance. Finds the leading roots for every d up to D-1
  // by following them from d to d+1 (simultaneous Newton steps, Aberth 1973) in four ranges side by side.
  // Cost O(D³/3) for the rows, O(D²) times a few hundred for the roots.
  ChainStudents(const ChainForm& chain, const Matrix& L);

  // The modes of the student of d units; empty for small d, where the QR iteration is as fast, and where the
  // roots were lost: take another road then. `complete`: the roots right of a line just left of the last
  // shown one were counted by the argument principle, and they are as many as were found. It is not said
  // where all leading ones are undetermined, since no count is possible then. Cost O(d).
  std::optional<StudentModes> modes(Index d, Index count) const;

 private:
  struct Roots {
    ComplexVector leading;  // in the project's order; empty: lost
    bool counted = false;
  };
  static Roots refined(const ChainStudent& student, const MonicPolynomial& polynomial,
                       const ComplexVector& start);
  void follow(Index from, Index to);

  ChainForm m_chain;
  Matrix m_L;
  std::vector<Roots> m_roots;  // by d
};

}  // namespace keyhole
