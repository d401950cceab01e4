// Everything a system can be left with when it is left alone, found by computation and certified by
// residuals: points of rest, limit cycles, Lyapunov exponents. The verdict rests on these.
#pragma once

#include "core/analysis/cycles/limit_cycle.h"
#include "core/analysis/cycles/lyapunov_exponents.h"
#include "core/analysis/flow/limit_sets.h"
#include "core/analysis/points/fixed_points.h"
#include "core/analysis/points/slow_manifold.h"

namespace keyhole {

struct AttractorOptions {
  Index starts = 64;          // of the search for points of rest, >= 1
  double spread = 0.5;        // their jitter, in standard deviations of the activity; >= 0
  Index cycleStarts = 6;      // free runs that are followed to a closed orbit at most; >= 0
  double persistentTau = 10;  // τ: what is slower makes a line
  std::uint64_t seed = 1;
};

struct Attractors {
  FixedPoints points;
  // Of the free runs that did not come to rest; the distinct ones, then one entry for each way not to find
  // one. Empty: every free run came to rest, or the system is affine.
  std::vector<LimitCycle> cycles;
  SlowManifold line;           // along the slow mode of a point of rest, against the activity
  LyapunovSpectrum exponents;  // along the free run that moved longest, else at rest
  double seconds = 0;

  std::vector<const FixedPoint*> stablePoints() const;  // fixed and stable, by falling number of starts
  std::vector<const LimitCycle*> stableCycles() const;  // found and stable
  bool hasLine() const;                                 // an open or closed line of slow points
  // The leading exponent is above zero by more than two standard errors and 1e-3 per τ, and no stable closed
  // orbit was found.
  bool isChaotic() const;
};

// activity: N x T states from which the starts are drawn (the ends of the runs are starts, too, and without a
// drive the mirror images of all of them), T >= 1 (no line is looked for if it does not vary).
// runs: the free runs of the same system, whose ends are followed to cycles; null: none, and no cycle is
// looked for. Linear systems: exact points, no cycle. Work is bounded for dense networks of more than 100
// units (shorter averages, one try per cycle). Throws Stopped if the user stops. Cost: points as
// findFixedPoints(), cycles as findLimitCycles().
Attractors findAttractors(const FlowSystem& system, ConstMatrixRef activity, const LimitSets* runs,
                          const AttractorOptions& options, Progress& progress = noProgress());

}  // namespace keyhole
