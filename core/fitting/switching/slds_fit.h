// Fitting a switching LDS, with Markov or recurrent switches, by variational EM (Ghahramani & Hinton 2000;
// Linderman et al. 2017; used on neurons by Nair et al. 2023).
#pragma once

#include "core/fitting/fit.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/switching/slds_model.h"

namespace keyhole {

struct SldsOptions {
  LdsClass kind;            // the class of the latents, their noise and the emission
  Index states = 3;         // K, 1 to 50; 1 is the LDS
  double alpha = 0.01;      // for the paper's scaling, in (0, 1]
  Index iterations = 100;   // of variational EM, at most
  double tolerance = 1e-8;  // converged if the ELBO rises by less than this part of its size; 0: never
  std::uint64_t seed = 1;   // of the rotation that the latents start in, and of the clustering
  Index restarts =
      1;  // starts with the seeds seed, seed + 1, …; 0: the usual ones of fitLds() for K = 1, else one
  SldsTransitions transitions = SldsTransitions::markov;
  double stickiness = 0;        // pseudo-counts of staying in each state, from 0
  Index startIterations = 100;  // of each start of the common LDS, from 0; K = 1 does without
  bool compareWithLds = true;   // run the LDS with the same latents and number of iterations (K > 1)

  friend bool operator==(const SldsOptions&, const SldsOptions&) = default;
};

std::vector<std::string> problems(const SldsOptions& options);

// How many time points are shown of a fit that was stopped: kLookAfterStop, fewer of many states or latents.
Index lookedAtAfterStop(const SldsOptions& options);

struct SldsFit {
  SldsModel model;
  std::vector<double> elbo;  // before each iteration, and after the last; with the log-prior of stickiness
  // Of the trials, or after a stop of as much of them as is looked at (LookedAt; a warning says so):
  std::vector<std::vector<int>> paths;  // the most likely discrete states of each trial (Viterbi, given q(x))
  std::vector<Matrix> posteriors;       // K x T of each trial, q(z_t)
  std::vector<Matrix> means;            // L x T of each trial, E[x_t]
  bool inPart = false;
  Vector visits;                           // K, expected share of the steps, of all
  std::optional<double> ldsLogLikelihood;  // of the LDS after as many iterations, if it was run
  FitSummary summary;                      // cost: the negative ELBO
  std::vector<Restart> restarts;  // one per start, in the order of their seeds; of the most visited state
  std::uint64_t seed = 0;         // of the start that is shown: the one with the highest ELBO
  std::vector<std::string> warnings;
};

// Start: the best common LDS of several starts (fitLds(), up to `startIterations` each). Its smoothed x_t are
// divided among the K states in sixteen ways: by k-means of [x_t; x_t - x_{t-1}] (each row divided by its
// standard deviation), and by which of K linear systems, regressed in stretches of the recording at random,
// foretells a step best. Each division gets 12 rounds of q(z) and the K dynamics with q(x) as it is, the
// first of them with the evidence for q(z) held back (deterministic annealing; Rose 1998). The best of
// them race (slds_race.h), and one goes on. Then all of it by variational EM, one update of q(x), q(z) and
// every parameter an iteration. The ELBO never falls and bounds the log-likelihood from below (recurrent too:
// see slds_smoother.h); with stickiness it is the penalised one. Q_k stays above 1e-6 of the common LDS's
// mean dynamics noise.
//
// K = 1 is fitLds() itself. Missing samples (NaN) are left out exactly. A stop keeps the best so far (status
// stopped); if the model breaks, the last good parameters are kept, with a warning (status diverged if there
// are none). Throws InputError and Stopped like fitLds(). Cost per iteration O(T (L³ + N L² + K L² + K²));
// recurrent also O(T (K² L² + K³ L)).
SldsFit fitSwitchingLds(const std::vector<Trial>& trials, const SldsOptions& options,
                        Progress& progress = noProgress());

// The fit as a student: A, V, b of the most visited discrete state, all of them in `switching` (null for K =
// 1); states: E[x_t] of the first trial. Its one-step R² is that of predictSamples(); after a
// stop, also one that comes here, of as many time points as take some 10 ms, and a note says so. The trials
// are those of the fit.
Student studentOf(const SldsFit& fit, const std::vector<Trial>& trials, double alpha,
                  Progress& progress = noProgress());

// Both in one.
Student fitSlds(const std::vector<Trial>& trials, const SldsOptions& options,
                Progress& progress = noProgress());

// E[y_t | y_0 … y_{t-1}], N x T, of a trial: the Kalman filter for K = 1, else a filter that keeps one
// Gaussian and the state probabilities (assumed density, "GPB1"; the exact posterior has K^t parts).
Matrix predictSamples(const SldsModel& model, const Trial& trial, const Progress& progress = noProgress());

}  // namespace keyhole
