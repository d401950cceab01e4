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
  Index at = 0;  // the first sample after the push
  Vector push;   // N, in the seen units' deviations; only its direction matters for the response
};

// What is left of pushes after some lags, as shares of what is there one sample after them, averaged over
// the pushes: along the slow direction and along the push itself.
struct PushResponse {
  static constexpr std::size_t kLags = 4;
  std::array<Index, kLags> lags = {};             // samples
  std::array<double, kLags> slow = {}, own = {};  // NaN where the recording ends before
  Index pushes = 0;                               // averaged over
};

// Lags of a quarter, a half, one and two of so many samples, at least 2 and rising.
std::array<Index, PushResponse::kLags> pushLags(double claimedSteps);

// A response is the mean of the sample at the lag less the one before the push. Pushes with fewer samples
// after them than the largest lag, or none before, are left out.
PushResponse pushResponse(const std::vector<Trial>& trials, const std::vector<TimedPush>& pushes,
                          const SlowDirection& direction, const std::array<Index, PushResponse::kLags>& lags);

}  // namespace keyhole
