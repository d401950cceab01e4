// What EM needs of the recordings and what no iteration changes: taken once, before the first one.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/latent/lds_kernels.h"
#include "core/fitting/trial.h"

namespace keyhole {

// A trial without gaps in tiles of kTile steps; what lies behind its end is 0.
struct LdsTiles {
  Index steps = 0, tiles = 0;
  std::vector<double> samples;  // per tile kTile x (N+m+1): [y; u; 1]
  std::vector<double> drive;  // per tile kTile x (m+1): [v; 1], v the input that acts on this step's latents
  std::vector<double> next;   // the same of the step after; 0 at the last one
};

// Keeps a reference to the trials. Cost O(T (N+m)²), memory that of the trials.
class LdsData {
 public:
  // inputAtArrival: v_t = u_t, else u_{t-1} (and 0 at t = 0, where nothing acts). Throws Stopped.
  LdsData(const std::vector<Trial>& trials, bool inputAtArrival, const Progress& progress = noProgress());

  const std::vector<Trial>& trials() const { return m_trials; }
  Index neurons() const { return m_trials.front().activity.rows(); }
  Index inputs() const { return m_trials.front().input.rows(); }
  Index width() const { return neurons() + inputs() + 1; }  // of [y; u; 1]
  bool inputAtArrival() const { return m_inputAtArrival; }
  bool anyMissing() const { return m_anyMissing; }

  // One per trial; of a trial with gaps it is empty (0 steps).
  const std::vector<LdsTiles>& tiles() const { return m_tiles; }
  // v of a trial: m x T.
  Matrix driveOf(std::size_t trial) const;

  // Of the trials without gaps, w = [y; u; 1]: M = Σ w wᵀ, and a square H with H Hᵀ = M from an orthogonal
  // factorisation of the samples themselves. |B H|² = Σ |B w|² for any B, as exact as the sum over all
  // samples would be (M has lost half of the digits).
  const Matrix& moments() const { return m_moments; }
  const Matrix& factor() const { return m_factor; }
  Index completeSteps() const { return m_completeSteps; }
  // Σ [v; 1] [v; 1]ᵀ over the transitions of all trials.
  const Matrix& driveMoments() const { return m_driveMoments; }

  // Of each channel, over the samples that are there: N.
  const Vector& variances() const { return m_variances; }

 private:
  void addTiles(const Trial& trial, const Matrix& drive, LdsTiles& into, const Progress& progress);
  void addToFactor(const Trial& trial, const Progress& progress);

  const std::vector<Trial>& m_trials;
  bool m_inputAtArrival, m_anyMissing = false;
  std::vector<LdsTiles> m_tiles;
  Matrix m_moments, m_factor, m_driveMoments;
  Vector m_variances;
  Index m_completeSteps = 0;
};

}  // namespace keyhole
