// The Kalman filter and the smoother of trials without gaps: covariances once per model, means in two passes
// over tiles. For lds_smoother.cpp.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/latent/lds_data.h"
#include "core/fitting/latent/lds_smoother.h"

#include <memory>

namespace keyhole {

class TiledSmoother {
 public:
  // One for models with so many latents; keeps a reference to the data. What it allocates it keeps.
  static std::unique_ptr<TiledSmoother> make(const LdsData& data, Index latents);
  virtual ~TiledSmoother() = default;

  // The gains of a model, for all trials. Throws std::runtime_error if a covariance breaks.
  virtual void prepare(const LdsModel& model) = 0;
  // The log-likelihood of a trial; keeps its filtered means. After prepare().
  virtual double filter(std::size_t trial, Progress& progress) = 0;
  // Adds the trial's expectations. After filter() of it.
  virtual void smooth(std::size_t trial, LdsExpectations& sums, Progress& progress) = 0;
  virtual Matrix means(std::size_t trial) const = 0;      // L x T, smoothed
  virtual Matrix predicted(std::size_t trial) const = 0;  // L x T, E[x_t] given the samples before t

 protected:
  explicit TiledSmoother(const LdsData& data) : m_data(data) {}
  const LdsData& m_data;
};

}  // namespace keyhole
