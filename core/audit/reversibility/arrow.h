// The arrow of time: is a recording reversible? Linear units, symmetric B Σ, white input and equal time
// constants make a stationary process whose lagged covariances are all symmetric, through any keyhole;
// equivalently every cross-spectrum is real. White observation noise keeps this, and so does what is done to
// all units alike.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/trial.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace keyhole {

struct ArrowOptions {
  Index flips = 399;      // draws of the null
  Index recordings = 20;  // simulated for each point of the power; 0: no power
  std::uint64_t seed = 1;
};

struct ArrowPower {
  double coherence = 0;  // of a rotation of the two leading components, at every frequency
  double power = 0;      // share of such recordings in which it is found at 5 %
};

struct Arrow {
  // As many of its slowest time constants a recording must hold for a p-value: a slow mode then has some ten
  // frequencies of its own to be conjugated. keyhole_arrow_level (tests/bench/audit) measures levels.
  static constexpr double kLeastSlowTimes = 50;
  static constexpr double kLevel = 0.05;

  bool tested = false;
  std::string why;             // one sentence, if not
  double slowSteps = 0;        // 1/e time of the slowest of three leading components, time steps
  double statistic = 0;        // the largest standardised spectral norm, see arrowOfTime()
  Index lag = 0, leading = 0;  // where it is
  double pValue = std::numeric_limits<double>::quiet_NaN();
  // The share of the squared lagged covariances (leading components x all, whitened, over the lags) that is
  // antisymmetric, less what the null has on average; 0 or slightly negative without an arrow.
  double antisymmetricShare = 0;
  // Gaussian entropy production (1/4π) ∫ [tr S(ω) S(ω)⁻ᵀ - q] dω, nats per time step, of q leading
  // components, less what the null has on average: of a part, and at this frequency resolution.
  double entropyRate = 0;
  Index entropyOf = 0;  // q
  std::vector<ArrowPower> power;
  std::string sentence;
};

// Statistic: the components are whitened (pooled over trials, means removed); the antisymmetric part of the
// lagged covariance of the k leading ones x all (at most 100) has a spectral norm, which is standardised by
// the null's mean and deviation; the largest over k = 1, 2, 3, 5, 8 and six lags up to four slow times. The
// leading block alone would be the wrong place: in low-rank circuits the irreversibility lies between the
// output direction, which leads, and the input direction, in the bulk.
//
// Null: under reversibility the discrete Fourier transform of a trial has, at each frequency, the same law as
// its complex conjugate, and frequencies are asymptotically independent. So the transforms (of all components
// together) are conjugated at random, each frequency by itself (beyond the first 2048 in groups of
// neighbours): the whole real part of the recording's cross-periodograms stays as it is, the imaginary part
// gets random signs. No spectrum has to be estimated, and nothing is assumed Markov. p = (1 + draws at least
// as large)/(1 + draws).
//
// No p-value with missing samples, a known input, fewer than two components, fewer than 64 samples, or where
// all trials together are shorter than kLeastSlowTimes slow times. A trial's last samples are left out so
// that its length has no prime factor above 5. Cost O(flips N F), F <= 4096 frequencies. Throws Stopped.
Arrow arrowOfTime(const std::vector<Trial>& trials, const ArrowOptions& options,
                  Progress& progress = noProgress());

// The largest n' <= n whose prime factors are 2, 3 and 5; n >= 1.
Index smoothLength(Index n);

}  // namespace keyhole
