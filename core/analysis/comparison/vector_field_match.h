// Procrustes analysis over vector fields: how alike two linear systems are up to a rotation of their states
// (the dynamical similarity of Ostrow, Eisen, Kozachkov & Fiete 2023, "Beyond geometry").
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace keyhole {

struct MatchOptions {
  Index randomStarts = 8;  // besides those from the structure of the two matrices; from 0
  int iterations = 500;    // of each start; from 1
  double tolerance = 1e-7;  // a start has converged when ‖gradient‖ <= tolerance · ‖A - C B Cᵀ‖, above 0
  std::uint64_t seed = 1;
};
std::vector<std::string> problems(const MatchOptions& options);

enum class MatchStatus {
  optimal,         // meets the lower bound: proven to be the global minimum
  converged,       // the gradient vanished at the best of all starts: at least a local minimum
  iterationLimit,  // the best start's iterations ran out; an upper bound
  stopped,         // the user stopped; the best so far
  undefined,       // an operator is 0 or not finite: an angle does not exist (two zeros: 0, one: π/2)
};
std::string nameOf(MatchStatus status);

struct VectorFieldMatch {
  Matrix C;               // n x n orthogonal: A ≈ C B Cᵀ for the operators scaled to norm 1
  double angle = 0;       // arccos of max <A, C B Cᵀ> / (‖A‖ ‖B‖), in [0, π]
  double distance = 0;    // min ‖A - C B Cᵀ‖_F, unscaled
  double angleBound = 0;  // no C has a smaller angle
  int starts = 0;         // that were run
  int agreeing = 0;       // of them that ended at the best value (to 1e-6 in the angle)
  int iterations = 0;     // of the best start
  MatchStatus status = MatchStatus::undefined;
};

// Minimises over O(n), both determinants. The smaller matrix is filled up with zeros. L-BFGS in the Lie
// algebra with Cayley steps C ← (I - Ω/2)⁻¹ (I + Ω/2) C, from starts that align the eigenvectors of the
// symmetric parts (for symmetric matrices the optimum already), of the squared skew parts (of rotations) and
// of AᵀA and A Aᵀ, each with the best signs found and with the other determinant, and from random ones.
// angleBound: <A, C B Cᵀ> is at most Σ λλ' of the symmetric plus Σ σσ' of the skew parts, and at most Σ σσ'
// of the whole (von Neumann 1937). The problem is not convex: see status. Symmetric in A and B to the bit,
// but for C, which is transposed. Throws InputError for bad options or matrices that are not square. Cost
// O(n³) per iteration: about 30 ms at n = 10.
VectorFieldMatch matchVectorFields(ConstMatrixRef A, ConstMatrixRef B, const MatchOptions& options = {},
                                   Progress& progress = noProgress());

// ½ ‖A - M‖², M = C B Cᵀ, and its Riemannian gradient: the skew G with d/dt f(exp(tΩ) C) = <G, Ω>_F at t = 0.
struct MatchValue {
  double f = 0;
  Matrix gradient;
};
MatchValue matchValue(ConstMatrixRef A, ConstMatrixRef M);

// Root of the least Σ |λ_i - μ_σ(i)|² between the eigenvalues, the smaller spectrum filled up with zeros. For
// normal A and B at most matchVectorFields().distance (Hoffman & Wielandt 1953); for others it can be above.
double eigenvalueDistance(ConstMatrixRef A, ConstMatrixRef B);

}  // namespace keyhole
