// The Kalman filter and the Rauch-Tung-Striebel smoother of an LDS, in the form that EM needs.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/lds_model.h"

namespace keyhole {

// What EM needs of the posterior, summed over all trials.
struct LdsExpectations {
  double logLikelihood = 0;  // of the samples that are there
  // Transitions: z = [x_{t-1}; u_t; 1] of t = 1 … T-1.
  Matrix ZZ;              // (L+m+1)², Σ E[z zᵀ]
  Matrix XZ;              // L x (L+m+1), Σ E[x_t zᵀ]
  Matrix XX;              // L x L, Σ E[x_t x_tᵀ]
  Index transitions = 0;  // number of them
  // First states.
  Matrix firstMeans;          // L x trials
  Matrix firstCovariances;    // L x L, their sum
  std::vector<Matrix> means;  // per trial L x T, E[x_t]
  // Σ Cov(x_t) over the samples of each channel: one for all of them if nothing is missing, else one per
  // channel.
  std::vector<Matrix> covariances;
  bool perChannel = false;
};

// The exact posterior. Covariances are iterated until they stand still (to rounding) and then kept, so that a
// long trial costs O(T L²) and its products with the data. With missing samples every step has its own: O(T
// (L³ + N L²)). Throws std::runtime_error if a covariance loses its positive definiteness (the model is
// broken), Stopped.
LdsExpectations smooth(const LdsModel& model, const std::vector<Trial>& trials,
                       Progress& progress = noProgress());

// The log-likelihood alone.
double logLikelihood(const LdsModel& model, const std::vector<Trial>& trials);

}  // namespace keyhole
