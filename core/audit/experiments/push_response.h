// Pushes of the seen units, and what a recording remembers of them.
#pragma once

#include "core/common/types.h"
#include "core/fitting/trial.h"

#include <array>
#include <string>
#include <vector>

namespace keyhole {

// A recording's slow direction as MAP has it, in units of each seen unit's own deviation.
struct SlowDirection {
  Vector scale;        // N, deviations; 0 for a constant unit
  Vector left, right;  // N, norm 1: what is looked along, and where a push stays longest
};
SlowDirection slowDirectionOf(const std::vector<Trial>& trials);

struct TimedPush {
  std::size_t trial = 0;
  Index at = 0;  // the first sample after the push, of a train after its last one
  Vector push;   // N, in the seen units' deviations; only its direction matters for the response
  // Of a train: so many samples before `at` the same push was made, falling. Empty: a single one.
  std::vector<Index> earlier = {};

  Index before() const { return at - 1 - (earlier.empty() ? 0 : earlier.front()); }  // the last sample before
};

// What is left of pushes after some lags, as shares of what is there one sample after them (after the last
// one of a train), averaged over the pushes: along the slow direction and along the push itself.
struct PushResponse {
  static constexpr std::size_t kLags = 4;
  std::array<Index, kLags> lags = {};             // samples
  std::array<double, kLags> slow = {}, own = {};  // NaN where the recording ends before
  // What is there after a train, as a share of as many times what its first push moved: 1 if they add up,
  // less if the circuit has relaxed between them. 1 for single ones.
  double slowAdded = 1, ownAdded = 1;
  Index pushes = 0;  // averaged over
};

// What a decision can use of a response, always in the same order.
std::vector<double> valuesOf(const PushResponse& response);

// Lags of a quarter, a half, one and two of so many samples, at least 2 and rising.
std::array<Index, PushResponse::kLags> pushLags(double claimedSteps);

// A response is the mean of the sample at the lag less the one before the push or the train. Pushes with
// fewer samples after them than the largest lag, or none before, are left out.
PushResponse pushResponse(const std::vector<Trial>& trials, const std::vector<TimedPush>& pushes,
                          const SlowDirection& direction, const std::array<Index, PushResponse::kLags>& lags);

}  // namespace keyhole
