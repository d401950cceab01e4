// Coordinates of the free class of LDS (any C, any Q) in which a gradient is followed: its value, the metric
// of the complete data, and steps that stay within the bounds.
#pragma once

#include "core/fitting/latent/lds_steps.h"

#include <Eigen/Cholesky>

namespace keyhole {

// What becomes of the first state.
enum class LdsFirstState {
  estimated,  // mu0 and P0
  point,      // mu0 alone: of one trial the likelihood is highest where P0 = 0
};

// The coordinates, in this order: W = [F V b] (columns that the class has), the lower triangle of S with
// Q = S Sᵀ, the weights of each channel on w = [x; u; 1] (as the class has them), log R (one of the
// isotropic class), mu0, and the lower triangle of T with P0 = T Tᵀ.
//
// The gradient is that of the log-likelihood itself, by Fisher's identity: at the model under which the
// expectations were taken it is the gradient of the expected complete log-likelihood. Cost O(N L² + L³).
class LdsChart {
 public:
  // leastNoise: of Q, as in updateDynamics(). floors: of R, N.
  LdsChart(const LdsClass& kind, LdsFirstState first, Vector floors, double leastNoise)
      : m_kind(kind), m_first(first), m_floors(std::move(floors)), m_leastNoise(leastNoise) {}

  // At this model; sums and emissions (after collect()) are its expectations. Coordinates of R that stand at
  // their floor and would go below have a gradient of 0.
  const Vector& gradientAt(const LdsModel& model, const LdsExpectations& sums,
                           const LdsEmissionSteps& emissions);

  // I⁻¹ v with the information I that complete data would have (of mu0: that these data have), at the model
  // of gradientAt(). I⁻¹ of the gradient is the step of EM to first order; gᵀ I⁻¹ g does not depend on units
  // or coordinates. Coordinates that are held get 0.
  Vector preconditioned(const Vector& v) const;

  // The model of gradientAt(), moved. `step` is shortened to where a variance changes by no more than a few
  // times, and cut where R would leave its bounds: it comes out as what was done.
  LdsModel moved(Vector& step) const;

  Index size() const { return m_gradient.size(); }

 private:
  struct Places {
    Index W, S, weights, R, mu, T, end;
  };
  void setPlaces();
  void setDynamics(const LdsExpectations& sums);
  void setEmissions(const LdsEmissionSteps& emissions);
  void setFirstState(const LdsExpectations& sums);
  double allowedShare(const Vector& step) const;

  LdsClass m_kind;
  LdsFirstState m_first;
  Vector m_floors;
  double m_leastNoise;

  LdsModel m_model;
  Index m_regressors = 0, m_extras = 0;  // columns of W; k, rows of [u; 1]
  Places m_at{};
  Vector m_gradient;
  std::vector<bool> m_held;  // of each coordinate of R
  Matrix m_S, m_T, m_firstInformation;
  Eigen::LDLT<Matrix> m_moments;                // of the regressors
  std::vector<Eigen::LDLT<Matrix>> m_channels;  // one, or one per channel
  Vector m_counts;                              // of the samples behind each coordinate of R
  double m_transitions = 0, m_trials = 0;
};

}  // namespace keyhole
