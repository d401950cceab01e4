// Limit cycles as closed orbits with a period and Floquet multipliers, not as pictures of them.
//
// Which system? A network here is an ordinary differential equation, dz/dτ = F(z), and the map z ← z + α F(z)
// of the program's runs (α = 0.01 in the paper). Cycles are those of the differential equation, closed to
// 1e-10 of their size. The map follows the flow of F - (α/2) J F + O(α²) (its modified equation), so a
// hyperbolic cycle becomes an invariant circle of the map O(α) away, with a period that differs by O(α) and
// rates of attraction that do; of opposite stability, or absent, only within O(α) of a bifurcation: near a
// Hopf bifurcation at frequency ω the map grows at Re λ - 1 + α ω²/2 + O(α²) per τ where the equation grows
// at Re λ - 1 (at α = 0.01, ω = 0.3: 4.5e-4 more).
#pragma once

#include "core/analysis/cycles/closed_orbit.h"
#include "core/analysis/cycles/recurrence.h"
#include "core/analysis/flow/flow_system.h"
#include "core/common/time_words.h"

#include <string>
#include <vector>

namespace keyhole {

struct LimitCycleOptions {
  RecurrenceOptions runs;
  ShootingOptions shooting;
  int attempts = 3;      // a run that neither rests nor gave a cycle goes on, three times as long; from 1
  Index points = 400;    // kept of an orbit; from 8
  double work = 2e10;    // multiplications (about a second per 2e9) of closing orbits roughly, after which no
                         // further one is begun; above 0
  TimeWords words = {};  // how the messages tell times
};
std::vector<std::string> problems(const LimitCycleOptions& options);

// Each status is the test that fired.
enum class CycleStatus {
  found,         // closed to the tolerance (for a switching system: its returns agree to 1e-8)
  fixedPoint,    // the run came to rest, or the orbit shrank to a point
  noRecurrence,  // the run did not come back near to where it was
  notConverged,  // it came back, but no closed orbit was reached from there
  diverged,      // the run left the finite range
  affine,        // an affine system has no limit cycle: even at Re λ = 1 its orbits are a family (a centre)
  stopped,       // the user stopped
};
std::string nameOf(CycleStatus status);  // "found", "no recurrence", …

enum class CycleStability {
  stable,    // all multipliers but the trivial one are inside the unit circle
  unstable,  // one is outside
  marginal,  // the largest is within max(1e-6, 10 |trivial - 1|) of it
  unknown,   // no multipliers (no cycle, or the user stopped)
};
std::string nameOf(CycleStability stability);

// In which coordinates it was closed.
enum class CycleRoad {
  dense,      // all N, whole monodromy matrix
  subspace,   // all N, leading subspace of it
  latent,     // the r of a low-rank network: exact, see tangent.h
  returnMap,  // of a switching system: without derivatives
};

struct LimitCycle {
  CycleStatus status = CycleStatus::noRecurrence;
  std::string message;  // one sentence, with numbers
  CycleRoad road = CycleRoad::dense;
  Matrix points;         // N x k at equal times over one period, the first not repeated; empty if not found
  double period = 0;     // τ
  double amplitude = 0;  // root mean square distance from the mean: the radius of a circle
  Vector mean;           // N
  double residual = 0;   // ‖z(T) - z(0)‖ / amplitude in all N coordinates
  double stepError = 0;  // relative change of the orbit at half the integrator's step
  ComplexVector multipliers;  // by falling modulus: all N, or the leading ones (subspace); of a return map
                              // none
  Index trivial = -1;         // which of them is the trivial one
  double trivialError = 0;    // its distance from 1
  double divergence = 0;      // ∫₀ᵀ tr J dt, in N coordinates: log of the product of all multipliers
  CycleStability stability = CycleStability::unknown;
  bool mirrorSymmetric = false;  // -z lies on it for each z of it
  std::vector<Index> starts;     // the columns that led to it; of the mirror image of another one maybe none
};

// Of two that were found: their periods agree to 1e-4 and their orbits to 1e-3 of the amplitude and what
// their polygons cut off (sagittaOf).
bool isSameOrbit(const LimitCycle& a, const LimitCycle& b);

// From a state near a cycle and about its period > 0. Unstable cycles are found as well as stable ones. The
// orbit may be a cycle far from the start if Newton leads there. Throws InputError for bad options or a start
// that is not finite or of another size. Cost: see closeOrbit(), in r coordinates for a low-rank network. A
// switching system has a field with jumps: its cycles are followed by the return map alone, which finds
// stable ones only.
LimitCycle refineCycle(const FlowSystem& system, ConstVectorRef start, double periodGuess,
                       const LimitCycleOptions& options = {}, Progress& progress = noProgress());

// From free runs of the starts (N x n): where a run comes back, the orbit is closed, unless it already lies
// on a known cycle. A run whose orbit shrinks to a point counts as ending there if that happens twice and the
// point is stable. First the distinct cycles, most starts first; then, for each way not to find one, one
// entry with that status and its starts. Cycles are the same by isSameOrbit(). A network that is odd (no
// drive) has with every cycle its mirror image -z: added as another cycle unless it is the same orbit. Runs
// that came back nearest are followed first. When stopped, what was found so far, and a `stopped` entry.
std::vector<LimitCycle> findLimitCycles(const FlowSystem& system, ConstMatrixRef starts,
                                        const LimitCycleOptions& options = {},
                                        Progress& progress = noProgress());

// The largest distance of the states (N x n) from the closed polygon through the points (N x k).
double distanceFromOrbit(ConstMatrixRef states, ConstMatrixRef points);

// How far the curve through the points (N x k, k >= 3, closed) may be from its polygon: an eighth of the
// largest second difference, and half as much again. Of a long orbit of many turns that is much.
double sagittaOf(ConstMatrixRef points);

}  // namespace keyhole
