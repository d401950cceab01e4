// What a map z ← z + α F(z) ends on that its flow does not have: cycles of a few steps. A mode with |1 - α +
// α λ| > 1 leaves a point at which the flow rests, mostly by changing sign at every step.
#pragma once

#include "core/analysis/cycles/limit_cycle.h"
#include "core/analysis/cycles/lyapunov_exponents.h"
#include "core/analysis/points/slow_manifold.h"
#include "core/analysis/step_map.h"
#include "core/common/time_words.h"

namespace keyhole {

struct StepCycleOptions {
  Index runs = 32;           // free runs in steps from N(0, 0.25 I), as limit_sets.h has them; >= 1
  Index longest = 64;        // steps: cycles that are longer are not told from curves; >= 2
  Index steps = 10000;       // of a run at most; >= 1
  Index exponents = 3;       // runs that do not repeat whose leading exponent is averaged; >= 0
  double exponentTau = 500;  // τ that are averaged; > 0
  std::uint64_t seed = 1;
  TimeWords words = {};  // how rates are told
};

struct StepCycle {
  Index period = 2;                                    // steps
  Matrix points;                                       // D x period, in order
  double residual = 0;                                 // the largest ‖z_k+1 - (the step from z_k)‖
  ComplexVector multipliers;                           // of one turn, as StepMap::multipliersOf()
  CycleStability stability = CycleStability::unknown;  // stable: all multipliers inside of the unit circle
  Index runs = 0;                                      // free runs that ended there; 0: found in other ways

  double amplitude() const;  // root mean square distance from the mean
};

// How far the states of two turns, D x period each, are apart at most, for the shift at which that is least.
double distanceOfTurns(const Matrix& a, const Matrix& b);

// Points of rest of StepMap::folded(2): the cycles of two steps, and the map's own points of rest.
struct TwoStepPoints {
  bool sought = false;  // false: the weights are too small for any (then there is none), or too many units
  bool isNone = false;  // proven: the weights are too small
  FixedPoints points;
  std::vector<SlowManifold> continua;
};

struct StepAttractors {
  double alpha = 0;  // 0: not looked for
  bool ran = false;  // runs in steps were made
  std::vector<StepCycle>
      cycles;  // stable ones first, by falling number of runs; of a continuum of cycles one
  // Lines, rings, planes of cycles of two steps ("ring"), each with one of `cycles` on it.
  std::vector<std::string> continua;
  Completeness twoSteps = Completeness::notSought;            // whether the cycles of two steps are all
  Index openPlaces = 0;                                       // certifiedApart
  Index runs = 0, resting = 0, repeating = 0, diverging = 0;  // runs; at a point; on a cycle; out of range
  Index chaotic = 0, unresolved = 0;  // of the others: with a positive exponent; not told, or a closed curve
  double exponent = 0;                // largest of the chaotic ones, per τ
  std::string message;                // one sentence; empty: nothing is to be said

  Index stableCycles() const;
};

// Whether runs in steps of α can end on what the flow does not tell of: the weights allow a cycle of at most
// four steps (StepMap::weightsNeeded), or `left`: some point at which the flow rests is left.
bool mayCycleInSteps(const StepMap& map, bool left);

// two: what was found for folded(2). The runs go on until they rest, repeat themselves within `longest`
// steps, or have made `steps`; what repeats is refined by Newton's method on folded(p) where that has at most
// 600 unknowns. Cost: runs x steps, and two.points.points.size() eigenvalue problems.
StepAttractors findStepAttractors(const StepMap& map, const FlowSystem& system, const TwoStepPoints& two,
                                  const StepCycleOptions& options, Progress& progress = noProgress());

// Starts for folded(2) (2D x n): pairs of successive states of runs in steps from the columns of `states` (D
// x k), each column above its mirror image about their mean, and pairs of neighbouring columns.
Matrix twoStepStarts(const StepMap& map, ConstMatrixRef states);

}  // namespace keyhole
