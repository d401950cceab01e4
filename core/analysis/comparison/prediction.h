// How well a student predicts data that it was not fitted to.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <limits>
#include <utility>

namespace keyhole {

enum class PredictionStatus {
  defined,
  diverged,      // a run left ±1e12; the numbers hold, at worst -1e6
  constant,      // the held-out data do not vary: there is nothing to explain, the numbers are NaN
  noParameters,  // the fit gave no parameters; NaN
};
std::string nameOf(PredictionStatus status);  // "defined", "no parameters", …

struct PredictionScores {
  double oneStepR2 =
      std::numeric_limits<double>::quiet_NaN();  // of x_t - (1-α) x_{t-1}; at most 1, can be negative
  double freeRunVariance = std::numeric_limits<double>::quiet_NaN();  // of x_t, in runs of `horizon` steps
                                                                      // that restart from the data
  // 1 - Σ(x_t - x̂_t)² / Σ(x_t - x_{t-1})²: below 0 the student foresees a step worse than no change would.
  double gainOnNoChange = std::numeric_limits<double>::quiet_NaN();
  Index horizon = 0;
  PredictionStatus status = PredictionStatus::noParameters;
};

// One step: 1 - Σ(x_t - x̂_t)² / Σ(x⁺_t - mean)², x̂_t predicted from the samples before t. Free run: from the
// student's state at t₀ = w, w + horizon, … (filterStates(): the samples themselves, hidden units forced by
// them, or the filtered latent state) it runs alone, but with the input, for up to `horizon` steps; 1 - Σ(x -
// x̂)² / Σ(x - mean)² over all runs together, so that every sample after w counts once. The first w =
// min(horizon, T/4) time points are only listened to, by students of every kind, so that all are scored on
// the same samples. A nonlinear latent or switching student runs noise-free along its likeliest path, as
// runStudent(). Missing samples are not scored. Throws InputError for a horizon below 1 and as
// filterStates(), and Stopped. Cost: filterStates() and a run over the data.
PredictionScores predictionScores(const Student& student, const Trial& heldOut, Index horizon,
                                  Progress& progress = noProgress());

// The same of several trials, all samples together.
PredictionScores predictionScores(const Student& student, const std::vector<Trial>& heldOut, Index horizon,
                                  Progress& progress = noProgress());

// The gauge "fits the data", in [0, 1]: the free-run explained variance on held-out data, 0 if negative or
// undefined. With runs of one τ (horizon 1/α) it asks whether the student foresees the activity as long as a
// unit alone would remember it. The one-step R² is no gauge: at small α it is a number about the process
// noise, small for the true system as well.
double fitGauge(const PredictionScores& scores);

// A recording's first `fraction` to fit, the rest to hold out; both keep at least 2 time points. Throws
// InputError unless 0 < fraction < 1 and there are 4 time points.
std::pair<Trial, Trial> split(const Trial& trial, double fraction);

// The same of several trials, one after the other; the one in which the cut lies is cut. A part of it with a
// single time point is left to the other side, or out.
struct SplitTrials {
  std::vector<Trial> fitted, heldOut;
};
SplitTrials split(const std::vector<Trial>& trials, double fraction);

// The time points first … end - 1 of all trials, one after the other, held out; those before and after them
// are trials apart. Single time points are left out. Throws InputError if nothing is left on one side.
SplitTrials holdOut(const std::vector<Trial>& trials, Index first, Index end);

// What the seen units do if the student is run along a recording from its start, with its own noise: N x T.
// The noise has the covariance Q, or, where Q is unknown and the states are units, that of the one-step
// residuals on the recording (hidden units get none); else there is none. Drawn from (seed, Stream::fit).
// Switching students follow runStudent(). The columns after a divergence repeat the last finite one.
Matrix noisyRun(const Student& student, const Trial& recording, std::uint64_t seed);

// The covariance of a step's noise as noisyRun() has it, from the residuals of all trials together, n x n; 0
// x 0 if nothing is known of it.
Matrix noiseCovariance(const Student& student, const std::vector<Trial>& trials);

// The same for many seeds: start and covariance are found once. Keeps references to both. run() may be called
// from several threads.
class NoisyRuns {
 public:
  NoisyRuns(const Student& student, const Trial& recording);
  // Q: of a step's noise, noiseCovariance() of all trials, where the recording is one of several.
  NoisyRuns(const Student& student, const Trial& recording, const Matrix& Q);
  Matrix run(std::uint64_t seed) const;  // N x T

 private:
  const Student& m_student;
  const Trial& m_recording;
  Matrix m_noise;  // times normal variates it is a step's noise in the paper's scaling; empty: there is none
  Vector m_start;
};

}  // namespace keyhole
