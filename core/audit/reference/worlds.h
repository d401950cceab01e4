// One world of the reference table: a circuit, how it is driven and seen, and what is true of it.
#pragma once

#include "core/audit/reference/mechanisms.h"
#include "core/fitting/trial.h"
#include "core/network/nonlinearity.h"

#include <optional>
#include <vector>

namespace keyhole {

// What the worlds have in common with the recording. Two recordings of one shape share a table.
struct ReferenceShape {
  Index units = 0;
  std::vector<Index> lengths;  // of the trials, time points
  priors::Range fraction = priors::kFraction;
  Index mostUnits = priors::kMostUnits;  // of a circuit
  double gaussianWidth = 0;              // of the steps' smoothing, standard deviation in samples; 0: none
  double exponentialWidth = 0;           // time constant in samples; 0: none
  bool detrend = false;
  std::vector<double> meanCounts;  // per unit and sample, of a recording of counts, rounded to two
                                   // digits; else empty

  Index timePoints() const;
};

struct World {
  std::size_t mechanism = 0;  // place in mechanisms()
  ReferenceCircuit circuit;
  double alpha = 0;  // Δt/τ
  Nonlinearity phi = Nonlinearity::linear;
  double deviation = 0;  // of a unit without coupling
  double noiseShare = 0;
  double smoothing = 0;        // samples; 0: none
  bool smoothedFirst = false;  // before the observation noise
  double rateGain = 0;
  Index redrawn = 0;  // unstable circuits that were drawn before it
  // The truth: time constants, in samples, of the modes of W = (1-α) I + α B (a complex pair once) and of the
  // input, falling; the first eight.
  std::vector<double> modes;
};

// The world of an index, mechanisms in turn. Unstable circuits (|λ(W)| >= 1) are drawn again, up to 50 times;
// then the mechanism's place is taken by none (empty). Cost O(D³).
std::optional<World> worldOf(const ReferenceShape& shape, std::uint64_t seed, std::uint64_t index);

// What its first `units` units are recorded as, in trials cut from one uninterrupted run that began near its
// stationary state. States are in single precision. Cost: linear, O((T D² + D³)) in matrix products; tanh O(T
// D²) in matrix times vector.
std::vector<Trial> recordedWorld(const World& world, const ReferenceShape& shape, std::uint64_t seed,
                                 std::uint64_t index);

// What is recorded of a run of the seen units (N x T): observation noise, indicator, and the shape's steps.
std::vector<Trial> recordedRun(const World& world, const ReferenceShape& shape, const Eigen::MatrixXf& run,
                               std::uint64_t seed, std::uint64_t index);

// The same with pushes of the seen units: `push` times each unit's own deviation (of a run without pushes) is
// added to the state, `at` samples into the recording, as the first sample after it. Cost as a run's, twice.
struct SeenPush {
  Index at = 0;
  Vector push;  // N
};
std::vector<Trial> recordedPushes(const World& world, const ReferenceShape& shape,
                                  const std::vector<SeenPush>& pushes, std::uint64_t seed,
                                  std::uint64_t index);

// The seen units alone, without observation noise or smoothing, N x T.
Eigen::MatrixXf seenRun(const World& world, Index units, Index steps, std::uint64_t seed,
                        std::uint64_t index);

// The time constant, in samples, of the slow variable of these modes: the first, if it and at most two more
// within a factor of two of it are at least twice as slow as the next one. 0: there is none.
double slowVariable(const std::vector<double>& modes);

// Whether there is a real slow variable behind a claim of so many samples: one whose time constant is at
// least half as long.
bool isReal(const std::vector<double>& modes, double claimedSteps);
extern const char* const kSlowVariableDefinition;

}  // namespace keyhole
