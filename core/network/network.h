// A connectivity matrix B (D x D) in the form that knows its structure: applying it costs O(D²) when dense,
// O(D r) when low rank, O(D) for a chain in its own modes.
#pragma once

#include "core/common/types.h"

#include <optional>
#include <variant>

namespace keyhole {

// B, D x D.
struct DenseForm {
  Matrix B;
};

// B = M Nᵀ; M, N are D x r.
struct LowRankForm {
  Matrix M;
  Matrix N;
};

// B = U T Uᵀ. U is D x D orthogonal, or empty for the identity. T is upper triangular with at most three
// non-zero parts: T(i, i+1) = 1 (0 where link i is skipped), T(0, j) += β for j >= 1 (0-based), T(i, i) =
// diagonal.
struct ChainForm {
  Matrix U;
  double beta = 0.5;
  double diagonal = 0.0;
  Vector links;  // D-1 entries, 1 or 0

  Index size() const { return links.size() + 1; }
  // Y = T X. Cost O(D) per column.
  void applyModes(ConstMatrixRef X, MatrixRef Y) const;
  Matrix modeMatrix() const;  // T
};

class Network {
 public:
  Network() = default;  // zero units
  explicit Network(DenseForm form);
  explicit Network(LowRankForm form);
  explicit Network(ChainForm form);

  Index size() const { return m_size; }
  const std::variant<DenseForm, LowRankForm, ChainForm>& form() const { return m_form; }

  // Y = B X; X and Y are D x n and must not alias.
  void apply(ConstMatrixRef X, MatrixRef Y) const;
  Matrix applied(ConstMatrixRef X) const;

  // Pᵀ B for a D x k matrix P, as a k x D matrix (used to project a flow without forming B X).
  Matrix leftApplied(ConstMatrixRef P) const;

  Matrix dense() const;  // B, D x D

  // The eigenvalues where the structure gives them exactly (chain: the diagonal, D times; low rank: those of
  // the r x r matrix NᵀM, and D - r zeros; symmetric matrices are handled by the solver). Set by the teacher
  // builders where they know more (the orthogonal low-rank teacher, the triangular one). Ordered.
  const std::optional<ComplexVector>& exactEigenvalues() const { return m_exact; }
  Network& withExactEigenvalues(ComplexVector values);

 private:
  std::variant<DenseForm, LowRankForm, ChainForm> m_form;
  Index m_size = 0;
  std::optional<ComplexVector> m_exact;
};

}  // namespace keyhole
