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
  several,   // one of each of these, and further ones at random; the best end is shown
  subspace,  // the model of subspace identification (which needs a recording without gaps)
  pca,       // principal components of the channels in units of their own, and a regression on themselves
  factors,   // factor analysis, likewise
  annealed,  // principal components, then a few steps under each of several noise floors that fall (see
             // below)
  channels,  // latents that follow as many channels exactly: those that leave least of the others (see below)
  random,    // a random plane of the leading components, with random dynamics
};
std::string nameOf(LdsStart start);  // "subspace identification" …

// How many time points are looked at after a stop: kLookAfterStop; with gaps fewer, since each costs L³ then.
Index lookedAtAfterStop(Index latents, bool gaps);

struct LdsOptions {
  LdsClass kind;
  LdsEstimator estimator = LdsEstimator::exact;
  LdsStart start = LdsStart::several;  // of the exact estimator without held emissions
  double alpha = 0.01;                 // for the paper's scaling
  Index iterations = 200;              // at most, of each start
  // Exact: converged if the gradient promises less than so many nats (LdsAscent); 0: never.
  double rest = 1e-4;
  // With held emissions: converged if the log-likelihood rises by less than this part of its size; 0: never
  // (exact too).
  double tolerance = 1e-10;
  bool inputAtArrival = true;  // u_t acts on x_t as published, else u_{t-1}
  std::uint64_t seed = 1;      // of what is random in the starts
  // Starts. Exact: the first is of the kind that `start` names (several: the first four, of each kind), the
  // others are random with the seeds seed, seed + 1, … Held emissions: the seeds seed, seed + 1, … 0: as many
  // as there are kinds, or one.
  Index restarts = 0;
  // C, G, c, R of this model stay as they are, and EM is on the dynamics alone, with x_0 ~ N(0, I) as
  // published.
  std::optional<LdsModel> heldEmissions;
  // Exact, without held emissions: the one start, whatever `start` and `restarts` say.
  std::optional<LdsModel> warmStart = {};
  // False: explained variance, means (but with missing samples) and notes on dependent channels are left out,
  // for a fit that another one starts from.
  bool describe = true;
};

std::vector<std::string> problems(const LdsOptions& options);

// The number of starts.
Index startsOf(const LdsOptions& options);

struct LdsFit {
  LdsModel model;
  std::vector<double> logLikelihood;        // before each iteration, and after the last
  FitSummary summary;                       // cost: the negative log-likelihood
  std::vector<Restart> restarts;            // one per start that could be evaluated
  std::size_t shown = 0;                    // which of them is shown
  std::uint64_t seed = 0;                   // its seed
  double promisedRise = std::nan("");       // of the exact estimator, as in Student
  std::optional<NoiseFloor> noiseFloor;     // of the floored class
  double explainedVariance = std::nan("");  // of the samples by the smoothed reconstruction C x̂ + G u + c;
                                            // after a stop, of the first lookedAtAfterStop() time points
  // Per trial L x T, E[x_t] under the model; empty after the stop of a long fit, where nothing missing.
  std::vector<Matrix> means;
  // Heywood cases, channels at the noise floor or that do not vary, starts that failed or end elsewhere.
  std::vector<std::string> warnings;
};

// Exact: the start with the highest final log-likelihood is shown. Published: the first one, since its
// likelihood is no argument for a rotation; the others are its distribution. A stop keeps the best so far
// (status stopped). If a number leaves the finite range or a covariance breaks, the last good parameters are
// kept (status diverged, if there is none; otherwise a warning). Throws InputError: trials that do not fit
// together, fewer varying channels than latents, too few samples; Stopped before the first
// start could be evaluated.
LdsFit fitLds(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress = noProgress());

// Annealed: channels that the latents explain almost entirely make the likelihood rugged, and starts end
// thousands of nats apart. Under a floor of a hundredth of each channel's variance it is smoother, and the
// end there leads to a better one under a thousandth, and so on (as deterministic annealing does: Ueda &
// Nakano 1998). Of the reference recording of Fig. 2's circuit without observation noise, PCA, factor
// analysis and random starts all come to one end in this way, 58 nats above the best of 40 starts without.
//
// Channels: in such recordings the latents of each maximum follow as many channels exactly, and EM does not
// leave these for others. So the choice is made beforehand, by what it leaves of the other channels; the
// eight best choices take two steps, two of them five more, and the best of these it is. Of eight draws of
// Fig. 2's circuit it ended as high as the best of 40 or 100 random starts in all, and up to 2900 nats above
// it in three. In recordings of up to 60 000 samples (kManyStartsUpTo) the same choices race with noise of a
// tenth of the variance, too. None of this is a guarantee.
//
// Starts of a fit. PCA (the published estimator: behind the regression on the input) in a random rotation of
// the latents (one seed, one rotation: the signs of the axes are those of signs.h); for the published
// estimator also its final emissions. Missing samples count as their channel's mean. Throw Stopped, of long
// recordings.
LdsModel startOf(const std::vector<Trial>& trials, const LdsOptions& options, std::uint64_t seed,
                 Progress& progress = noProgress());
// For each of the best choices of channels that latents may follow (explaining_channels.h), at most `most`,
// best first, one with the noise of these at its floor, and of short recordings another with a tenth of the
// variance; the other channels and the dynamics by regression. None with as many latents as channels.
std::vector<LdsModel> channelStartsOf(const std::vector<Trial>& trials, const LdsOptions& options,
                                      std::size_t most, Progress& progress = noProgress());
// Factor analysis; the dynamics are the regression of its scores on themselves.
LdsModel factorStartOf(const std::vector<Trial>& trials, const LdsOptions& options,
                       Progress& progress = noProgress());
LdsModel randomStartOf(const std::vector<Trial>& trials, const LdsOptions& options, std::uint64_t seed,
                       Progress& progress = noProgress());

}  // namespace keyhole
