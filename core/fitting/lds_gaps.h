// The Kalman filter and the smoother of a trial with missing samples: every step has covariances of its own.
// For lds_smoother.cpp.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/lds_smoother.h"

namespace keyhole {

class GapSmoother {
 public:
  // drive: m x T, the input that acts on each step's latents.
  GapSmoother(const LdsModel& model, const Trial& trial, ConstMatrixRef drive);

  // The log-likelihood; keeps the filtered means. Throws std::runtime_error if a covariance breaks.
  double filter(Progress& progress);
  // Adds the expectations to the sums; firstMeans at this trial's column. After filter().
  void smooth(LdsExpectations& sums, std::size_t trial, Progress& progress);

  const Matrix& predicted() const { return m_ahead; }  // L x T, E[x_t] given the samples before t

 private:
  struct Step {
    Matrix predicted, filtered, information, root, update, gain;
    double logDet = 0;
  };
  Index steps() const { return m_trial.activity.cols(); }
  void addStep(const Matrix& information, double logNoise, const Matrix& predicted);
  double logLikelihood();
  void smoothMeans();
  void smoothCovariances(LdsExpectations& sums, Progress& progress) const;
  void addMeans(LdsExpectations& sums, std::size_t trial);

  const LdsModel& m_model;
  const Trial& m_trial;
  Matrix m_driveInput;
  Eigen::ArrayXXd m_there;  // N x T, 1 where there is a sample
  Matrix m_residual;        // N x T, y - G u - c, 0 where missing
  Matrix m_drive;           // L x T, V v + b
  Matrix m_weighted;        // L x T, Cᵀ R⁻¹ (y - G u - c)
  Matrix m_means;           // L x T, filtered, then smoothed
  Matrix m_ahead;           // L x T, predicted
  std::vector<Step> m_steps;
};

}  // namespace keyhole
