// Principal component analysis.
#pragma once

#include "core/common/types.h"

namespace keyhole {

struct Pca {
  Vector mean;        // N
  Matrix components;  // N x k, orthonormal columns, signs as in signs.h
  Vector variances;   // k leading variances, falling
  double totalVariance = 0.0;
  double participationRatio = 0.0;  // (Σ variance)² / Σ variance², over all N; 0 if nothing varies
};

// PCA of X (N x T, one column per time step), T >= 2, keeping k <= N components. Cost O(N T min(N, T)).
Pca pca(ConstMatrixRef X, Index k);

// k x T scores: componentsᵀ (X - mean).
Matrix projectStates(const Pca& basis, ConstMatrixRef X);

}  // namespace keyhole
