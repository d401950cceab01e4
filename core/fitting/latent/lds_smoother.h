// The Kalman filter and the Rauch-Tung-Striebel smoother of an LDS, in the form that EM needs.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/latent/lds_data.h"
#include "core/fitting/latent/lds_model.h"

#include <memory>

namespace keyhole {

class TiledSmoother;

// What EM needs of the posterior, summed over all trials.
struct LdsExpectations {
  double logLikelihood = 0;  // of the samples that are there
  // Transitions: z = [x_{t-1}; v_t; 1] of t = 1 … T-1, v the input that acts on x_t.
  Matrix ZZ;              // (L+m+1)², Σ E[z zᵀ]
  Matrix XZ;              // L x (L+m+1), Σ E[x_t zᵀ]
  Matrix XX;              // L x L, Σ E[x_t x_tᵀ]
  Index transitions = 0;  // number of them
  // First states.
  Matrix firstMeans;        // L x trials
  Matrix firstCovariances;  // L x L, their sum
  // Samples.
  Matrix XD;  // L x (N+m+1), Σ E[x_t] [y_t; u_t; 1]ᵀ; empty if samples are missing, or not needed
  std::vector<Matrix> means;  // per trial L x T, E[x_t]; empty matrices if not needed
  // Σ Cov(x_t) over the samples of each channel: one for all of them if nothing is missing, else one per
  // channel.
  std::vector<Matrix> covariances;
  bool perChannel = false;
};

// The exact posterior under one model after the other. Covariances are iterated until they stand still (to
// rounding) and then kept: a trial without gaps costs O(T L (L+N+m)), and O(T L²) with the emissions of the
// call before. The samples enter through L numbers per step. In trials with gaps every step has covariances
// of its own: O(T (L³ + N L²)). What it allocates it keeps for the next call (trials without gaps).
class LdsSmoother {
 public:
  // Keeps a reference to the data.
  LdsSmoother(const LdsData& data, Index latents);
  ~LdsSmoother();

  // Each needs what stands before it too: the transitions and first states; XD; the means.
  enum class Need { dynamics, emissions, means };
  // The expectations, valid until the next call; what was not needed is empty. Throws std::runtime_error if a
  // covariance loses its positive definiteness (the model is broken), Stopped.
  const LdsExpectations& run(const LdsModel& model, Need need, Progress& progress = noProgress());

  // The log-likelihood alone.
  double logLikelihood(const LdsModel& model);

  // E[x_t] given the samples before t: L x T per trial.
  std::vector<Matrix> predictedStates(const LdsModel& model, Progress& progress = noProgress());

 private:
  const LdsData& m_data;
  std::unique_ptr<TiledSmoother> m_tiled;
  LdsExpectations m_sums;
};

// The expectations under one model, with means.
LdsExpectations smooth(const LdsModel& model, const std::vector<Trial>& trials,
                       Progress& progress = noProgress());

// The log-likelihood alone.
double logLikelihood(const LdsModel& model, const std::vector<Trial>& trials);

}  // namespace keyhole
