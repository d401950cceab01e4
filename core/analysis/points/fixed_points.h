// Where a system rests, or nearly: fixed points (F = 0) and slow points (local minima of q = ½‖F‖²) from many
// starts (Sussillo & Barak 2013), each certified by its residual.
#pragma once

#include "core/analysis/flow/linearisation.h"
#include "core/common/progress.h"

#include <cstdint>
#include <string>
#include <vector>

namespace keyhole {

struct FixedPointOptions {
  int iterations = 200;         // >= 1, per start
  double tolerance = 1e-12;     // > 0: fixed is ‖F‖ <= tolerance √D, or what rounding leaves of F
  double slowSpeed = 0.1;       // >= 0: slow is a local minimum of q with ‖F‖ <= slowSpeed √D per τ
  double mergeDistance = 1e-4;  // >= 0, relative to the scale of the starts: ends as near are one point
  double marginalBand = 1e-6;   // >= 0, half width around Re λ = 1 that counts as marginal
  Index maxPoints = 256;        // >= 1: the points kept; what is left out is counted
  Index maxLinearised = 64;     // >= 0: the points whose eigenvalues are computed
  Index maxModes = 4;           // >= 0: the directions per point
};
std::vector<std::string> problems(const FixedPointOptions& options);
// With a tolerance that can be reached: not below what rounding leaves of F (reach.h).
FixedPointOptions reachable(const FixedPointOptions& options, const FlowSystem& system);

enum class PointKind {
  fixed,  // ‖F‖ <= tolerance √D, or, where the weights of a unit add up to hundreds, roundingOfFlow()
  slow,  // not fixed, ‖F‖ <= slowSpeed √D and ∇q = 0 (‖∇q‖ <= 1e-8 ‖F‖), a minimum of q; or ‖F‖ <= 1e-8 √D:
         // on a nearly neutral ring or line the search may stall anywhere
  notConverged,  // none of these: a fast minimum of q, or the iterations ran out
};
std::string nameOf(PointKind kind);

struct FixedPoint {
  Vector position;      // D
  double residual = 0;  // ‖F‖, recomputed with flow()
  double q = 0;         // ½‖F‖²
  double gradient = 0;  // ‖∇q‖; of a low-rank network within its manifold (flow_equation.h)
  PointKind kind = PointKind::notConverged;
  Index starts = 0;     // how many of the starts ended there; 0 where none was needed (affine systems)
  int iterations = 0;   // of the start that came nearest
  int region = 0;       // the discrete state of a switching system
  int continuum = -1;   // the continuous attractor on which it lies (Attractors::continua); -1: on none
  Linearisation local;  // unknown beyond maxLinearised
};

enum class FixedPointStatus {
  exact,         // affine: (I - B) z = v has one solution (a switching system: in each of its regions)
  continuum,     // affine: I - B is singular to rounding and v in its range: a line or plane of fixed points
  inconsistent,  // affine: I - B is singular to rounding and v not in its range: no fixed point
  searched,      // every start ended at a fixed or slow point
  partly,        // some starts did not: these are kept as notConverged
  stopped,       // the user stopped; what was found until then
};

// How far the list of fixed points can be trusted to be all of them.
enum class Completeness {
  notSought,       // the points are those that the starts led to: at least these
  certified,       // proven: these are all (affine and switching systems by linear algebra, others by
                   // branch_and_prune.h, up to the rounding that it states)
  certifiedApart,  // proven but for small places in which more, or none, may lie: see openPlaces
  estimated,       // at least these; how many more, by how often those found were found (missing_estimate.h)
  stopped,         // the user stopped before that was known: at least these
};
std::string nameOf(Completeness completeness);

// Counts of isolated fixed points (not of slow ones, nor of those on a continuum that is known), of those
// beyond maxPoints too.
struct PointCensus {
  Completeness completeness = Completeness::notSought;
  std::string message;          // one sentence
  Index fixed = 0, stable = 0;  // found
  Index unlinearised = 0;       // of them, whose stability is not known
  Index onContinua = 0;         // listed, but on a line, ring or plane of such, and not counted
  // estimated: how many more there are at least, on average, and the end of a 95 % interval; NaN where nearly
  // every start led to a new one, so that nothing can be said.
  double missing = 0, missingUpper = 0, missingStable = 0;
  double coverage = 0;        // estimated: the probability that one more start leads to a point already found
  Index starts = 0;           // independent, spread over all that the weights allow …
  bool fromActivity = false;  // … or, in networks too large for that, those of the first pass
  Index leftOut = 0;          // of these starts, those that ended on a continuous attractor that was known
  Matrix openPlaces;          // certifiedApart: D x k, middles of the places
  double openRadius = 0;      // of the largest

  // "23 points of rest, 8 stable: all" or "at least 23 points of rest, 8 stable; about 4 more".
  std::string shortText() const;
};

struct FixedPoints {
  FixedPointStatus status = FixedPointStatus::searched;
  std::string message;             // one sentence
  std::vector<FixedPoint> points;  // fixed, slow, notConverged; within a kind by falling number of starts
  Matrix continuum;                // D x k, orthonormal: through points[0], if status is continuum
  Index virtualPoints = 0;  // switching: points of rest of a discrete state outside of its region, dropped
  Index omittedPoints = 0;  // beyond maxPoints
  Index searchedStarts = 0;
  PointCensus census;
};

// Starts in columns (D x count): the origin, then columns drawn from the activity (D x T, T >= 1) with
// Gaussian jitter, `spread` times the root mean square of the activity's standard deviations.
Matrix fixedPointStarts(ConstMatrixRef activity, Index count, double spread, std::uint64_t seed);

// From starts in columns (D x n; n >= 1 unless the system is affine or switching, where none is needed
// or used). Tanh networks: a search per start (root_search.h), on all cores, in r latent
// coordinates if the network is of low rank r < D. Ends of the same kind within mergeDistance of each other
// are one point. Same result whatever the number of threads. Above 64 unknowns starts go in waves, and one
// that comes within 2 % of the scale of a lower end of an earlier wave counts as ended there. Low-rank
// networks of more than 4096 units: all starts but 16 first search in 2048 evenly spaced units that stand
// for all, and what they find is then searched for in the whole network; a start counts for the point to
// which its thinned end led. Switching systems: the point of rest of each discrete state, if in its own
// region (points on a border between regions, where F jumps, are not looked for). Throws InputError for bad
// options or starts. Affine: O(D³), low rank O(D r²).
FixedPoints findFixedPoints(const FlowSystem& system, ConstMatrixRef starts,
                            const FixedPointOptions& options = {}, Progress& progress = noProgress());

// The same from latent starts (r x n) of a low-rank tanh network: y = Qᵀ(z - v) of flow_equation.h, for
// networks whose D x n starts would not fit into memory.
Matrix latentStarts(const FlowSystem& system, ConstMatrixRef states);
FixedPoints findFixedPointsFromLatents(const FlowSystem& system, ConstMatrixRef starts,
                                       const FixedPointOptions& options = {},
                                       Progress& progress = noProgress());

}  // namespace keyhole
