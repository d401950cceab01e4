// Everything a system can be left with when it is left alone, found by computation and certified by
// residuals: points of rest, limit cycles, continuous attractors, chaos, and how many of the free runs end on
// each. The verdict rests on these.
#pragma once

#include "core/analysis/centre.h"
#include "core/analysis/cycles/limit_cycle.h"
#include "core/analysis/cycles/lyapunov_exponents.h"
#include "core/analysis/flow/limit_sets.h"
#include "core/analysis/points/complete_points.h"
#include "core/analysis/points/slow_manifold.h"
#include "core/analysis/step_cycles.h"

namespace keyhole {

struct AttractorOptions {
  Index starts = 64;      // of the search for points of rest, >= 1
  double spread = 0.5;    // their jitter, in standard deviations of the activity; >= 0
  Index cycleStarts = 6;  // free runs that are followed to a closed orbit at most; >= 0
  double persistentTau = 10;  // τ: what is slower makes a line, which ends where ‖F‖ exceeds a scale per this
  std::uint64_t seed = 1;
  double completion =
      2e9;                // work of completeFixedPoints(), about a second per 1e9; 0: points stay "at least"
  double alpha = 0;       // τ: the step in which the system runs; 0: it is the flow itself. >= 0
  Index chaoticRuns = 8;  // free runs that are followed one by one where following them all side by side is
                          // too much work (of more than 100 units: 3); >= 0
  TimeWords words = {};   // how sentences and messages tell times
};

enum class AttractorKind {
  point,      // a stable isolated point of rest
  cycle,      // a stable closed orbit
  continuum,  // a line, ring or plane of slow points, with the points on it
  chaos,      // λ₁ above 0 by more than two standard errors and 1e-3 per τ: all such runs together
  torus,  // λ₁ and λ₂ within these of 0 and λ₃ below, and no cycle: two frequencies, all such runs together
  centre,      // neutral cycles of an affine system, side by side: all such runs together
  slowPoint,   // an isolated point that is marginal, or slow and not fixed, at which a run stands
  unresolved,  // still moving, on nothing that was found: neither closed nor chaotic by its exponent
  divergence,  // out of the finite range
};
std::string nameOf(AttractorKind kind);

// One attractor, and the free runs that ended on it.
struct CoexistingAttractor {
  AttractorKind kind = AttractorKind::point;
  std::size_t index = 0;    // in points.points, cycles or continua; else 0
  std::vector<Index> runs;  // columns of LimitSets::ends; empty: found in other ways, no run ended there
  double share = 0;         // of all free runs; NaN without any
};

struct Attractors {
  FixedPoints points;
  // Of the free runs that did not come to rest; the distinct ones, then one entry for each way not to find
  // one. Empty: every free run came to rest, or the system is affine.
  std::vector<LimitCycle> cycles;
  std::vector<SlowManifold> continua;   // all that were found, most extended first
  std::vector<SlowManifold> repelling;  // SlowManifold::repels
  SlowManifold line;                    // the first of them, or why there is none
  Centre centre;                        // of an affine system: neutral cycles of the flow …
  Centre centreInSteps;                 // … and of steps of alpha
  std::vector<LyapunovSpectrum>
      chaos;  // of each run that is chaotic; the leading exponent alone but for the first
  std::vector<LyapunovSpectrum> tori;  // of each run that is on a torus
  LyapunovSpectrum
      exponents;  // along a chaotic run if there is one, else the run that moved longest, else at rest
  std::vector<CoexistingAttractor> coexisting;  // by falling number of runs
  StepAttractors inSteps;  // what steps of alpha end on that the flow does not have (mayCycleInSteps())
  Index runs = 0;          // free runs that were looked at
  Index untoldRuns = 0;    // of these, those of which a stop left open where they end
  bool isStiff = false;    // what moves changes too fast to be followed (moving_runs.h): then runs that moved
                           // on nothing known are unresolved
  std::string stoppedAt;  // empty: whole; else what is known in part or not at all, since the user stopped: a
                          // sentence for every mouth
  double scale = 0;       // root of the total variance of activity and attractors: places are compared in it
  double alpha = 0;  // AttractorOptions::alpha. All that is said of stability is of the flow, α → 0; but see
                     // leavesInSteps() and inSteps
  TimeWords words = {};  // AttractorOptions::words
  double seconds = 0;

  std::vector<const FixedPoint*> stablePoints() const;  // fixed and stable, by falling number of starts
  std::vector<const FixedPoint*> isolatedStablePoints() const;  // those on no continuous attractor
  std::vector<const LimitCycle*> stableCycles() const;          // found and stable
  bool hasLine() const;                                         // line, ring or plane
  bool isOnContinuum(ConstVectorRef state) const;               // attracting or repelling
  // … that is no more than a surface: where all directions are slow, points are points.
  bool isOnSurface(ConstVectorRef state) const;
  // Whether steps of alpha leave a point at which the flow rests for good (spectrum.h).
  bool leavesInSteps(const FixedPoint& point) const;
  Index leftInSteps() const;  // how many of the stable or marginal points are so
  bool isPart() const { return !stoppedAt.empty(); }
  // A free run is chaotic; without free runs: the leading exponent is above zero by more than two standard
  // errors and 1e-3 per τ, and no stable closed orbit was found.
  bool isChaotic() const;
  // The attractors with their shares in one sentence: "chaos (11 of 15 runs), a cycle of
  // period 33 τ (4 of 15 runs), and 2 more on which no run ended".
  std::string coexistenceText() const;
  // What was found, a sentence each: how many points of rest and whether that is all; each continuous
  // attractor (the first four, and how many more); which points steps of alpha leave; where the free runs
  // end; what a stop left open. What every mouth says.
  std::vector<std::string> sentences() const;
};

// The period of the cycle that is named, in τ: of the first stable closed orbit where one was found, else of
// the free runs that oscillate; 0 if there is none. Either may be null.
double periodOf(const LimitSets* runs, const Attractors* attractors);

// activity: N x T states from which the starts are drawn (the ends of the runs are starts, too, and without a
// drive the mirror images of all of them), T >= 1 (no line is looked for if it does not vary).
// runs: the free runs of the same system, whose ends are followed to cycles; null: none, and no cycle is
// looked for. Linear systems: exact points, no cycle. A dense network of low rank is factored first. Work is
// bounded for dense networks of more than 100 units (shorter averages, one try per cycle). When the user
// stops: what was found by then, as a part (isPart()), whenever that is. A stop in the search for missed
// points is granted (Progress::grantStop()): if that takes it back, the points stay "at least", and all else
// is looked for. Cost: points as findFixedPoints() and completeFixedPoints(), cycles as findLimitCycles().
Attractors findAttractors(const FlowSystem& system, ConstMatrixRef activity, const LimitSets* runs,
                          const AttractorOptions& options, Progress& progress = noProgress());

}  // namespace keyhole
