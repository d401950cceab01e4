// The flow of a system in the plane of its two leading principal components.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/common/progress.h"
#include "core/linalg/pca.h"

namespace keyhole {

// The plane in which a flow is drawn: states base + E c, c in the plane's own coordinates.
struct FlowPlane {
  Vector base;  // N: the point (0, 0) of the plane: mean on PC 1-2, half-way value on the others
  Matrix E;     // N x 2, orthonormal
  double x0 = 0, x1 = 1, y0 = 0, y1 = 1;  // extent: the projected trajectory with a margin of 15 %
  double varianceExplained1 = 0, varianceExplained2 = 0;  // fractions of the total
};

// Whether a point has the same coordinates in both.
bool samePlane(const FlowPlane& a, const FlowPlane& b);

// The plane of the top two PCs of a trajectory (N x T); every other PC is held at its value half-way through,
// T/2. N = 1 gives a plane whose second axis is zero.
FlowPlane planeOf(const Pca& basis, ConstMatrixRef trajectory);

// The same in two parts, where the trajectory is known in the plane alone: the plane through a state, and
// room for its points (2 x n).
FlowPlane planeThrough(const Pca& basis, const Vector& state);
void fitExtent(FlowPlane& plane, ConstMatrixRef points);

// N state of a point of the plane, and the other way round (projection).
Vector liftPoint(const FlowPlane& plane, double x, double y);
Matrix toPlane(const FlowPlane& plane, ConstMatrixRef states);  // 2 x n

struct FlowField {
  FlowPlane plane;
  Index arrows = 12;      // arrows x arrows grid, at cell centres
  Matrix arrowX, arrowY;  // arrows x arrows positions
  Matrix arrowU, arrowV;  // projected velocities, in plane units per τ (directions: no mean is subtracted)
  Matrix speed;           // cells x cells, rows = y (upwards), columns = x: speed within the plane, per τ
  Matrix trajectory;      // 2 x n, decimated; a column of NaN parts two trials
};

struct FlowOptions {
  Index arrows = 12;
  Index speedCells = 100;
  Index trajectoryPoints = 2000;
  std::vector<Index> breaks = {};  // columns of the trajectory at which a new trial begins, rising
};

// Cost O(cells² N (r or 1)): only Eᵀ B φ is formed, never B φ. Memory O(N) and 64 MB.
FlowField flowField(const FlowSystem& system, const FlowPlane& plane, ConstMatrixRef trajectory,
                    const FlowOptions& options, Progress& progress = noProgress());
// points: the trajectory in the plane, 2 x n.
FlowField flowFieldAlong(const FlowSystem& system, const FlowPlane& plane, ConstMatrixRef points,
                         const FlowOptions& options, Progress& progress = noProgress());

// A noise-free run from a clicked point: 2 x (steps + 1) in the plane.
Matrix probeTrajectory(const FlowSystem& system, const FlowPlane& plane, const Vector& start, double alpha,
                       Index steps);

}  // namespace keyhole
