// Recursive least squares of a matrix of weights, without forgetting.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// After updates with regressors r_1 … r_n (q) and targets a_1 … a_n (d) the weights minimise
//   Σ ‖a_t - W r_t‖² + ‖W - W₀‖²_F / p0,
// and P = (I/p0 + Σ r_t r_tᵀ)⁻¹, up to rounding. P is exactly symmetric.
class RecursiveLeastSquares {
 public:
  // start: d x q; p0 > 0. Memory q² + d q.
  RecursiveLeastSquares(Matrix start, double p0);

  // out (d) = W r. Cost d q.
  void predict(const double* regressor, double* out) const;
  // error (d): W r - a, as predicted with the present weights. k = P r, c = 1/(1 + rᵀ k), P ← P - c k kᵀ,
  // W ← W - c error kᵀ. Cost 2 q² + d q; allocates nothing. If rounding has cost P its positive definiteness
  // (rᵀ k < 0), P starts again at p0 I and the update is left out.
  void update(const double* regressor, const double* error);

  const Matrix& weights() const { return m_weights; }
  const Matrix& inverse() const { return m_inverse; }  // P
  int timesRestarted() const { return m_restarted; }

 private:
  Matrix m_weights, m_inverse;
  double m_p0;
  Vector m_gain, m_scaledError;
  int m_restarted = 0;
};

}  // namespace keyhole
