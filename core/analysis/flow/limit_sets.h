// Where a system ends up by itself (Fig. 3 c-d of the paper): noise-free runs from random starts.
#pragma once

#include "core/analysis/flow/flow_field.h"

#include <cstdint>

namespace keyhole {

struct LimitSetOptions {
  Index runs = 15;  // starts N(0, startScale² I)
  Index steps = 5000;
  double startScale = 0.5;
  double dropFraction = 0.05;  // of the steps, from the start
  double alpha = 0.01;
  std::uint64_t seed = 1;
  Index pointsPerRun = 400;  // kept after decimation
};

// What a free run does at its end.
enum class LimitKind { fixedPoint, slow, oscillation, divergence };

struct LimitSets {
  std::vector<Matrix> runs;      // each 3 x n: on the top three PCs of the runs (rows of zeros if N < 3)
  std::vector<LimitKind> kinds;  // one per run
  Matrix ends;                   // N x runs: their last states, of those that went on the last of all
  Vector mean;                   // N: of all runs, the origin of the three axes
  Matrix axes;                   // N x min(3, N): the top three PCs
  Vector varianceExplained;      // 3 fractions
  double period = 0.0;           // median period in τ of the oscillating runs; 0 if none
  Index oscillating = 0;         // number of runs that oscillate
  Index restingPoints = 0;       // distinct ones among the runs that come to rest, also later
  Index restLater = 0;           // runs called slow that came to rest when they went on
  double shownTime = 0;          // τ of a run that are in runs, the dropped ones with them
  double followedTime = 0;       // τ to which the runs called slow were followed
  double startNorm = 1;          // mean of the starts' norms
  bool undecided = false;        // the runs called slow have not gone on yet: some may be cycles
};

// A run that is not at rest after its `steps` (speed above 1e-5 of the start's norm, per τ) goes on for three
// times as long, or until it rests. It oscillates if, over the last two thirds of that, its leading PC
// crosses its mean upwards at least three times, with an amplitude above 1e-3 of the start's norm that
// changes by less than 5 % between the halves. Two runs rest at one point if their ends are closer than 1 %
// of the start's or the farther one's norm. Linear systems have no limit cycle: their runs are never called
// oscillation, nor do several ends, which are then those of a slow line, count as more than one point. Cost:
// steps x (one step of `runs` states), up to four times that where runs do not come to rest.
LimitSets limitSets(const FlowSystem& system, const LimitSetOptions& options,
                    Progress& progress = noProgress());

// The same in two parts: the runs of `steps` steps, which are what is drawn, and what becomes of those that
// still move, which may take three times as long. sets: undecided, of the same system and options; as it was
// if the second part is stopped.
LimitSets freeRuns(const FlowSystem& system, const LimitSetOptions& options,
                   Progress& progress = noProgress());
void decide(LimitSets& sets, const FlowSystem& system, const LimitSetOptions& options,
            Progress& progress = noProgress());

}  // namespace keyhole
