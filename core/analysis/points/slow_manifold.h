// Continuous attractors as objects: line attractors (open curves), ring attractors (closed ones), planes and
// more dimensions: the slow manifold through a point of rest whose other directions all decay faster, and
// whether the activity lies along it.
#pragma once

#include "core/analysis/points/alignment.h"
#include "core/analysis/points/fixed_points.h"
#include "core/common/time_words.h"

#include <string>

namespace keyhole {

struct SlowManifoldOptions {
  double persistentTau = 10;  // > 0: a direction is slow if |1 - Re λ| <= 1/persistentTau
  double speedLimit = 0.1;    // > 0: it ends where ‖F‖ exceeds this many scales per τ
  double step = 0.05;         // in (0, 0.5], in scales, of a regular step at first
  Index maxSteps = 800;       // >= 1, in each direction
  Index subspace = 3;         // >= 1: leading components of the activity that it is compared with
  Index most = 16;            // >= 1: objects looked for
  TimeWords words = {};       // how the messages tell times
};
std::vector<std::string> problems(const SlowManifoldOptions& options);

enum class SlowManifoldStatus {
  line,         // open: a line attractor
  ring,         // the curve closed: a ring attractor
  plane,        // two slow directions or more
  noSlowMode,   // every point of rest is left or approached faster than persistentTau
  complexPair,  // the slow modes turn faster than persistentTau allows: a rotation
  passage,   // open, all F on it in one direction, which leads through it in less than 10 persistentTau: what
             // is left where a pair of fixed points has met (a bottleneck)
  tooShort,  // what is slow about a point of rest is less than a tenth of the scale: a slow direction of a
             // point
  unstable,  // next to the slow directions another one grows fast; in an affine system also a slow one
  severalModes,  // more slow directions than are followed (6)
  noPoint,       // there was no fixed or slow point to begin from
  stopped,       // the user stopped; the curve as far as it was followed
};
std::string nameOf(SlowManifoldStatus status);

struct SlowManifold {
  SlowManifoldStatus status = SlowManifoldStatus::noPoint;
  std::string message;  // one sentence
  Index dimension = 0;  // of the manifold: 1 for lines and rings
  // How many slow modes have no direction of their own on it, as of a Jordan block: what lies beside it
  // drifts along it, instead of decaying.
  Index drifting = 0;
  Matrix points;  // D x k along the curve; a ring's first point is not repeated; of a plane its rim, in
                  // order round it (of more dimensions the ends of rays)
  Vector speeds;  // ‖F‖ at the points, k
  Vector drift;   // of a curve: the part of F along it, signed in the order of the points, k
  double fastest = 0, meanSpeed = 0;  // ‖F‖ at the points and inside of a rim
  double extent = 0;     // arc length, of a ring with the closing piece; of a plane its longest diameter,
                         // of a closed surface its longest loop
  double narrowest = 0;  // of a plane: its shortest diameter or loop; else the extent
  Index closedDirections = 0;  // of a plane: how many of its rays came back to where they began
  Matrix directions;           // D x 1: mean direction; ring: D x 2, its plane; plane: D x dimension. Leading
                               // principal axes of the points
  double slowTau = 0;  // |1/(1 - λ)| of the slow mode farthest from 1 at the first point; infinite if λ = 1
  double fastTau = 0;  // of the next mode there
  std::size_t origin = 0;  // which of the points of rest it was followed from
  // Isolated fixed points on it: what is on it drifts to the stable ones. Of a curve by the changes of sign
  // of the drift, unless it is at rest; else those of `members` that are fixed.
  Index stablePoints = 0, otherPoints = 0;
  std::vector<std::size_t> members;  // the given points that lie on it
  double roundTime =
      0;  // of a ring that rests nowhere: τ in which its drift leads round it, ∮ ds / |drift|; else 0
  // Points in a line or ring that hardly move (at most 1e-3 scales per τ) and beside which something grows:
  // no attractor, and not isFound(), but neither points of their own.
  bool repels = false;
  bool isAtRest = false;  // ‖F‖ <= 1e-8 of its size everywhere: a continuum of fixed points
  Alignment alignment;

  // "line", "ring", "plane", "closed surface", "3-dimensional": what every mouth calls it.
  std::string name() const;
  // "line attractor"; "line of fixed points" where what lies beside it drifts along it, or leaves it.
  std::string title() const;
  bool isFound() const {
    return !repels && (status == SlowManifoldStatus::line || status == SlowManifoldStatus::ring ||
                       status == SlowManifoldStatus::plane);
  }
  // Whether a state (D) lies on it, to a hundredth of its extent (a plane: a seventh).
  bool holds(ConstVectorRef state) const;
};

// All from the points of findFixedPoints (or completeFixedPoints) and the activity (D x T, T >= 3, not
// constant). The scale is the root of the activity's total variance, or the points' root mean square distance
// from their mean if that is larger. From each fixed or slow point that is not on a manifold already and that
// has slow modes, all others decaying faster: a manifold. Affine systems (and one region of a switching one):
// the slow eigenvectors exactly, as far as the activity's orthogonal projection on them goes, the speed
// allows, and the region holds. tanh networks: steps in the slow directions, each corrected by Newton's
// method on F(z) = U s across them (slow_place.h), regular where J is singular; on the manifold all of F is
// along the slow eigenvectors. In r coordinates for low-rank networks (flow_equation.h). It ends where s or λ
// is not slow any more, or where no step can be corrected, and closes where it passes its start
// (closing_test.h). Where it ends does not depend on how far the activity goes. If there is none: one entry
// that says why. Most extended first. Throws InputError for bad options or activity. Cost: an eigenvalue
// problem per point of rest (those of FixedPoint::local are reused) and two to four LU factorisations per
// step (20 ms at D = 500).
std::vector<SlowManifold> findSlowManifolds(const FlowSystem& system, const std::vector<FixedPoint>& points,
                                            ConstMatrixRef activity, const SlowManifoldOptions& options = {},
                                            Progress& progress = noProgress());

// What every mouth says of one. scale: see findSlowManifolds().
std::string sentenceOf(const SlowManifold& found, double scale, const TimeWords& words);

// The first of them.
SlowManifold findSlowManifold(const FlowSystem& system, const std::vector<FixedPoint>& points,
                              ConstMatrixRef activity, const SlowManifoldOptions& options = {},
                              Progress& progress = noProgress());

}  // namespace keyhole
