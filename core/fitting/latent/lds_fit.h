// Fitting a latent LDS: exact EM of all its parameters, and the estimator of the published figures.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/latent/lds_model.h"

#include <cmath>
#include <cstdint>
#include <optional>

namespace keyhole {

enum class LdsEstimator {
  exact,      // EM of all parameters of the class (Shumway & Stoffer 1982; Ghahramani & Hinton 1996)
  published,  // G regressed without an intercept, PCA emissions in a random rotation of the latents, R of
              // probabilistic PCA; EM on the dynamics alone, Q diagonal or full; x_0 ~ N(0, I) throughout
};

enum class LdsStart {
  pca,       // principal components in a random rotation of the latents
  subspace,  // the first start is the model of subspace identification, whatever its seed; further starts as
             // for pca. If that fails (missing samples, too few of them), the first one is too, and a warning
             // says why.
};

// How many time points are looked at after a stop: kLookAfterStop; with gaps fewer, since each costs L³ then.
Index lookedAtAfterStop(Index latents, bool gaps);

struct LdsOptions {
  LdsClass kind;
  LdsEstimator estimator = LdsEstimator::exact;
  LdsStart start = LdsStart::pca;  // subspace: for the exact estimator without held emissions
  double alpha = 0.01;             // for the paper's scaling
  Index iterations = 200;          // at most
  double tolerance =
      1e-10;  // converged if the log-likelihood rises by less than this part of its size; 0: never
  bool inputAtArrival = true;  // u_t acts on x_t as published, else u_{t-1}
  std::uint64_t seed = 1;      // of the rotation that the latents start in
  Index restarts = 1;          // starts with the seeds seed, seed + 1, …
  // C, G, c, R of this model stay as they are, and EM is on the dynamics alone, with x_0 ~ N(0, I) as
  // published.
  std::optional<LdsModel> heldEmissions;
  // False: explained variance, means (but with missing samples) and notes on dependent channels are left out,
  // for a fit that another one starts from.
  bool describe = true;
};

std::vector<std::string> problems(const LdsOptions& options);

struct LdsFit {
  LdsModel model;
  std::vector<double> logLikelihood;        // before each iteration, and after the last
  FitSummary summary;                       // cost: the negative log-likelihood
  std::vector<Restart> restarts;            // one per start, in the order of their seeds
  std::uint64_t seed = 0;                   // of the start that is shown
  double explainedVariance = std::nan("");  // of the samples by the smoothed reconstruction C x̂ + G u + c;
                                            // after a stop, of the first lookedAtAfterStop() time points
  // Per trial L x T, E[x_t] under the model; empty after the stop of a long fit, where nothing missing.
  std::vector<Matrix> means;
  std::vector<std::string> warnings;  // Heywood cases, channels that do not vary, a start that failed
};

// Exact: the start with the highest final log-likelihood is shown. Published: the first one, since its
// likelihood is no argument for a rotation; the others are its distribution. A stop keeps the best so far
// (status stopped). If a number leaves the finite range or a covariance breaks, the last good parameters are
// kept (status diverged, if there is none; otherwise a warning). Throws InputError: trials that do not fit
// together, fewer varying channels than latents, too few samples; Stopped before the first
// start could be evaluated.
LdsFit fitLds(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress = noProgress());

// The start of a fit (LdsStart::pca): PCA (the published estimator: behind the regression on the input) in a
// random rotation of the latents (one seed, one rotation: the signs of the axes are those of signs.h); for
// the published estimator also its final emissions. Missing samples count as their channel's mean. Throws
// Stopped, of long recordings.
LdsModel startOf(const std::vector<Trial>& trials, const LdsOptions& options, std::uint64_t seed,
                 Progress& progress = noProgress());

}  // namespace keyhole
