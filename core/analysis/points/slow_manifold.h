// Line attractors (open) and ring attractors (closed): the curve of slow points through a point of rest that
// has a single slow direction, and whether the activity lies along it.
#pragma once

#include "core/analysis/points/fixed_points.h"

#include <string>

namespace keyhole {

struct SlowManifoldOptions {
  double persistentTau = 10;  // > 0: a direction is slow if |1 - Re λ| <= 1/persistentTau
  double speedLimit = 0.1;    // > 0: the curve ends where ‖F‖ exceeds this many scales per τ
  double reach =
      1.5;  // > 0: and where it is farther from the activity's mean than this times the farthest sample
  double step = 0.05;    // in (0, 0.5], in scales
  Index maxSteps = 400;  // >= 1, in each direction
  Index subspace = 3;    // >= 1: leading components of the activity that it is compared with
};
std::vector<std::string> problems(const SlowManifoldOptions& options);

enum class SlowManifoldStatus {
  line,          // open: a line attractor
  ring,          // the curve closed: a ring attractor
  noSlowMode,    // every point of rest is left or approached faster than persistentTau
  severalModes,  // more than one slow direction: not a line
  complexPair,   // the slow modes are a pair: a slow rotation
  unstable,      // next to the slow direction another one grows fast
  noPoint,       // there was no fixed or slow point to begin from
  stopped,       // the user stopped; the curve as far as it was followed
};
std::string nameOf(SlowManifoldStatus status);

// The curve's directions against the activity.
struct Alignment {
  double angle = 0;  // the largest principal angle with the activity's leading components, in [0, π/2]
  double varianceShare = 0;  // of the activity's variance, along the directions
  double largestShare = 0;   // the largest that any direction (pair of directions) could have
};

struct SlowManifold {
  SlowManifoldStatus status = SlowManifoldStatus::noPoint;
  std::string message;  // one sentence
  Matrix points;        // D x k along the curve; a ring's first point is not repeated
  Vector speeds;        // ‖F‖ at the points, k
  double extent = 0;    // arc length, of a ring with the closing piece
  Matrix directions;    // D x 1: mean direction; ring: D x 2, its plane. Leading principal axes of the points
  double slowTau = 0;   // |1/(1 - λ)| of the slow mode at the first point; infinite if λ = 1
  double fastTau = 0;   // of the next mode there
  std::size_t origin = 0;  // which of the points of rest the curve was followed from
  Alignment alignment;
};

// From the points of findFixedPoints and the activity (D x T, T >= 3, not constant), whose scale is the root
// of its total variance. The first fixed or slow point with exactly one slow mode, which must be real, all
// others decaying faster, is where the curve begins. Affine systems (and one region of a switching one): the
// slow eigenvector exactly, as far as the activity's orthogonal projection on it goes, the speed allows, and
// the region holds. tanh networks: steps along the slow direction u, each corrected by Newton's method on
// F(z) = s u, (z - predicted)·u = 0, a bordered system that is regular where J is singular; on the curve all
// of F is along the slow eigenvector, s is the drift. In r coordinates for low-rank networks
// (flow_equation.h). The curve ends where s or λ is no longer slow, beyond reach, or where no step of 1/16
// can be corrected. Throws InputError for bad options or activity. Cost: an eigenvalue problem per point of
// rest (those of FixedPoint::local are reused) and two to four LU factorisations per step (20 ms at D = 500).
SlowManifold findSlowManifold(const FlowSystem& system, const std::vector<FixedPoint>& points,
                              ConstMatrixRef activity, const SlowManifoldOptions& options = {},
                              Progress& progress = noProgress());

// Of orthonormal directions (D x 1 or D x 2) with the activity (D x T, T >= 3, not constant). Beyond 2000
// units from at most 2000 evenly spaced time points. Cost O(m² (D + T)), m the smaller of both.
Alignment alignmentOf(ConstMatrixRef directions, ConstMatrixRef activity, Index subspace);

}  // namespace keyhole
