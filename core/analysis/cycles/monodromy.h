// The monodromy matrix of one turn along an orbit: all of it, or what it does to its leading subspace.
#pragma once

#include "core/analysis/flow/smooth_flow.h"
#include "core/common/progress.h"

namespace keyhole {

class Monodromy {
 public:
  // Up to `dense` coordinates K is the identity; beyond, it has `subspace` directions besides the seeds.
  // flow must outlive it.
  Monodromy(const SmoothFlow& flow, Index dense, Index subspace);

  // M K for the turn from x that takes T, and an orthonormal K that spans the seeds (n x s) and the
  // directions that the last turn stretched most. False if the user stopped. Cost: 6 `steps` products J V.
  bool compute(ConstVectorRef x, double T, Index steps, ConstMatrixRef seeds, Progress& progress);

  const Matrix& basis() const { return m_basis; }  // K, n x k
  const Matrix& image() const { return m_image; }  // M K, n x k

  // The multipliers by falling modulus: all n, or those Ritz values in K with ‖M y - μ y‖ <= 1e-6 for their
  // unit vector y, down to the first that is not so, after as many turns as it takes to have 6 (at most 3
  // turns), or else 2 (at most 10): the bulk of a large network's is a cluster that hardly converges. Empty
  // if the user stopped.
  ComplexVector multipliers(ConstVectorRef x, double T, Index steps, ConstMatrixRef seeds,
                            Progress& progress);

 private:
  bool whole() const { return m_flow.size <= m_dense; }

  const SmoothFlow& m_flow;
  Index m_dense;
  Index m_kept;
  Matrix m_leading;  // n x min(n, subspace), orthonormal
  Matrix m_basis, m_image;
};

// Falling modulus; the members of a conjugate pair +im, -im.
void orderByModulus(ComplexVector& values);

}  // namespace keyhole
