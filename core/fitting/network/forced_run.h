// A student with hidden units, led along a recording: the seen units are set to the recorded sample at every
// step, the hidden ones run freely.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

namespace keyhole {

struct ForcedRun {
  double oneStepR2 = 0;  // 1 - Σ(x⁺ - x̂⁺)² / Σ(x⁺ - mean)², x⁺_t = x_t - (1-α) x_{t-1}, of the seen units;
                         // NaN if x⁺ does not vary
  Index transitions = 0;  // how many were used: all of them, unless a stop was requested
  bool diverged = false;  // a hidden unit left the finite range; oneStepR2 is then NaN
};

// For a student in the standard convention whose first N states are the seen units, without emission or
// switching; hidden units start each trial at 0. Without hidden units it is oneStepR2() of run_student.h, up
// to rounding. After a stop it ends within a few milliseconds, with what it has by then (at least one block
// of steps). Cost O(n²) per step.
ForcedRun forcedRun(const Student& student, const std::vector<Trial>& trials,
                    Progress& progress = noProgress());

}  // namespace keyhole
