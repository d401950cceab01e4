// The Kalman filter and the smoother of a trial with missing samples: every step has covariances of its own.
// For lds_smoother.cpp.
#pragma once

#include "core/common/memory.h"
#include "core/common/progress.h"
#include "core/fitting/latent/lds_smoother.h"

namespace keyhole {

class GapSmoother {
 public:
  // drive: m x T, the input that acts on each step's latents. Throws Stopped.
  GapSmoother(const LdsModel& model, const Trial& trial, ConstMatrixRef drive, const Progress& progress);

  // The log-likelihood; keeps the filtered means. Throws std::runtime_error if a covariance breaks, Stopped.
  double filter(const Progress& progress);
  // Adds the expectations to the sums; firstMeans at this trial's column. After filter(). Throws Stopped.
  void smooth(LdsExpectations& sums, std::size_t trial, const Progress& progress);

  const Matrix& predicted() const { return m_ahead; }  // L x T, E[x_t] given the samples before t

 private:
  // L x L of every step, side by side: a matrix of its own for each would be millions of them in a long
  // recording.
  class Squares {
   public:
    Squares() = default;
    Squares(Index L, Index steps) : m_all(largeMatrix(L, L * steps)) {}
    auto at(Index t) { return m_all.middleCols(t * m_all.rows(), m_all.rows()); }
    auto at(Index t) const { return m_all.middleCols(t * m_all.rows(), m_all.rows()); }

   private:
    Matrix m_all;
  };
  Index steps() const { return m_trial.activity.cols(); }
  void setStep(Index t, const Matrix& information, double logNoise, const Matrix& predicted);
  double logLikelihood(const Progress& progress);
  void smoothMeans(const Progress& progress);
  void smoothCovariances(LdsExpectations& sums, const Progress& progress) const;
  void addMeans(LdsExpectations& sums, std::size_t trial, const Progress& progress);

  const LdsModel& m_model;
  const Trial& m_trial;
  Matrix m_driveInput;
  Matrix m_there;     // N x T, 1 where there is a sample
  Matrix m_residual;  // N x T, y - G u - c, 0 where missing
  Matrix m_drive;     // L x T, V v + b
  Matrix m_weighted;  // L x T, Cᵀ R⁻¹ (y - G u - c)
  Matrix m_means;     // L x T, filtered, then smoothed
  Matrix m_ahead;     // L x T, predicted
  Squares m_predicted, m_filtered, m_information, m_root, m_update, m_gain;
  Vector m_logDet;  // T
};

}  // namespace keyhole
