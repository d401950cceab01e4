// The priors of the reference circuits. They were set before the first calibration was run, and a change
// makes every stored table stale (kVersion). Times are in τ unless something else is said; "log" is
// log-uniform.
#pragma once

#include "core/common/types.h"

namespace keyhole::priors {

constexpr int kVersion = 1;

struct Range {
  double low, high;
};

// Of every circuit, whatever its mechanism.
constexpr Range kBackground = {0, 0.6};       // spectral radius g of the random background, uniform
constexpr double kSymmetricBackground = 0.5;  // probability that it is symmetric
constexpr double kTanh = 0.5;                 // probability of tanh units; else linear
constexpr Range kStep = {0.01, 0.5};          // α = Δt/τ, log
constexpr Range kDeviation = {0.05, 0.7};     // of a unit without coupling, log: how far tanh saturates
constexpr double kNoiseless = 1.0 / 3;        // probability of no observation noise; else
constexpr Range kNoiseShare = {0, 0.9};       // its share of each unit's variance, uniform
constexpr double kUnsmoothed = 0.5;           // probability of no smoothing by the indicator; else
constexpr Range kSmoothing = {1, 20};         // standard deviation of a Gaussian kernel, samples, log;
                                              // half of the time before the observation noise, half after
constexpr Range kRateGain = {0.3, 1.5};  // of recordings of counts: deviation of a unit's log rate, uniform

// Of the mechanisms, which are equally probable.
constexpr Range kSlow = {5, 500};           // time constant of a slow mode, or of a slow input, log
constexpr Range kObliqueness = {0.1, 5};    // tan of the angle between right and left vector, log
constexpr Range kInputStrength = {0.3, 3};  // deviation of a common input's part in a unit, in those of the
                                            // unit's own, log
constexpr Range kChainLength = {10, 0.5};   // from 10 units to half of the circuit, log
constexpr Range kChainLink = {0.8, 1.2};    // uniform
constexpr Range kChainBroken = {0, 0.1};    // share of links that are missing, uniform
constexpr Index kMostParallelChains = 3;    // 1 to 3, equally probable
constexpr double kChainShortcut = 0.5;      // probability of links from all units to the first (β)
constexpr Range kShortcut = {0, 0.5};       // β, uniform
constexpr Index kMostRank = 3;              // of low rank, 1 to 3
constexpr Range kLowRankGain = {3, 60};     // γ², log
constexpr Range kOscillatorReal = {0.2, 0.8}, kOscillatorImaginary = {0.1, 0.8};  // eigenvalues, uniform
constexpr Range kOscillatorGain = {1, 12};     // of the part across the output directions, log
constexpr Range kTriangularGain = {0.5, 2.8};  // uniform
constexpr Range kBulk = {0.3, 0.95};           // spectral radius of Gaussian and of symmetric circuits
constexpr Range kEiWeight = {1, 4}, kEiInhibition = {1, 1.3};  // log; uniform
constexpr double kExcitatory = 0.8;                            // share of the units

// Seen fractions where none are said: log between these, the lower one raised so that no circuit has more
// than kMostUnits units.
constexpr Range kFraction = {0.03, 0.3};
constexpr Index kMostUnits = 400;
// With fractions that are said, circuits of at most so many.
constexpr Index kMostUnitsAsked = 1000;

}  // namespace keyhole::priors
