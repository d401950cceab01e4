#include "core/analysis/flow/flow_field.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

// In-plane velocity of points of the plane, 2 x n: Eᵀ F = -(Eᵀ base + c) + Eᵀ (recurrent part).
class ProjectedFlow {
 public:
  ProjectedFlow(const FlowSystem& system, const FlowPlane& plane) : m_system(system), m_plane(plane) {
    m_offset = plane.E.transpose() * plane.base;
    if (system.drive.size() > 0) m_offset -= plane.E.transpose() * system.drive;
    m_leftB = system.network.leftApplied(plane.E);
    if (system.phi == Nonlinearity::linear) {
      // Affine in the plane: two numbers in, two numbers out.
      m_jacobian = m_leftB * plane.E;
      m_constant = m_leftB * plane.base;
    } else if (system.convention == Convention::leakyRate) {
      m_currentBase = argumentOfPhi(system, plane.base);
      m_currentAxes = system.network.applied(plane.E);
    }
  }

  // In parts, so that the states of many units at all points are never there at once.
  Matrix at(const Matrix& points) const {
    constexpr Index kNumbers = 8'000'000;
    const Index most = std::max<Index>(kNumbers / m_plane.base.size(), 1);
    if (points.cols() <= most) return ofPart(points);
    Matrix velocities(2, points.cols());
    for (Index first = 0; first < points.cols(); first += most) {
      const Index n = std::min(most, points.cols() - first);
      velocities.middleCols(first, n) = ofPart(points.middleCols(first, n));
    }
    return velocities;
  }

 private:
  Matrix ofPart(const Matrix& points) const {
    if (m_system.switching)
      return m_plane.E.transpose() * flow(m_system, (m_plane.E * points).colwise() + m_plane.base);
    if (m_system.phi == Nonlinearity::linear)
      return ((m_jacobian * points - points).colwise() + (m_constant - m_offset)).eval();
    Matrix recurrent;
    if (m_system.convention == Convention::standard) {
      const Matrix states = (m_plane.E * points).colwise() + m_plane.base;
      recurrent = m_leftB * applied(m_system.phi, states);
    } else {
      const Matrix currents = (m_currentAxes * points).colwise() + m_currentBase;
      recurrent = m_plane.E.transpose() * applied(m_system.phi, currents);
    }
    return (recurrent - points).colwise() - m_offset;
  }

  const FlowSystem& m_system;
  const FlowPlane& m_plane;
  Vector m_offset;       // Eᵀ (base - v)
  Matrix m_leftB;        // Eᵀ B, 2 x N
  Matrix m_jacobian;     // Eᵀ B E, 2 x 2 (linear)
  Vector m_constant;     // Eᵀ B base (linear)
  Vector m_currentBase;  // B base + a (leaky rate)
  Matrix m_currentAxes;  // B E (leaky rate)
};

double cellCentre(double from, double to, Index i, Index count) {
  return from + (to - from) * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
}

// Row y of a grid of cell centres, 2 x columns.
Matrix gridRow(const FlowPlane& plane, Index row, Index cells) {
  Matrix points(2, cells);
  for (Index i = 0; i < cells; ++i) points(0, i) = cellCentre(plane.x0, plane.x1, i, cells);
  points.row(1).setConstant(cellCentre(plane.y0, plane.y1, row, cells));
  return points;
}

void fillArrows(FlowField& field, const ProjectedFlow& projected) {
  const Index n = field.arrows;
  for (Matrix* part : {&field.arrowX, &field.arrowY, &field.arrowU, &field.arrowV}) part->resize(n, n);
  for (Index row = 0; row < n; ++row) {
    const Matrix points = gridRow(field.plane, row, n);
    const Matrix velocity = projected.at(points);
    field.arrowX.row(row) = points.row(0);
    field.arrowY.row(row) = points.row(1);
    field.arrowU.row(row) = velocity.row(0);
    field.arrowV.row(row) = velocity.row(1);
  }
}

// Between the last point before a break and the first behind it stands a column of NaN.
Matrix decimated(const Matrix& points, Index most, const std::vector<Index>& breaks) {
  const Index stride = std::max<Index>(1, (points.cols() + most - 1) / most);
  const Index kept = (points.cols() + stride - 1) / stride;
  Matrix result(points.rows(), kept + static_cast<Index>(breaks.size()));
  auto next = breaks.begin();
  Index to = 0;
  for (Index i = 0; i < kept; ++i) {
    bool parts = false;
    for (; next != breaks.end() && *next <= i * stride; ++next) parts = parts || i > 0;
    if (parts) result.col(to++).setConstant(std::numeric_limits<double>::quiet_NaN());
    result.col(to++) = points.col(i * stride);
  }
  result.conservativeResize(Eigen::NoChange, to);
  return result;
}

void setExtent(double& low, double& high, const Eigen::RowVectorXd& values) {
  low = values.minCoeff();
  high = values.maxCoeff();
  const double margin = high > low ? 0.15 * (high - low) : 1.0;
  low -= margin;
  high += margin;
}

}  // namespace

bool samePlane(const FlowPlane& a, const FlowPlane& b) {
  return a.base.size() == b.base.size() && a.base == b.base && a.E == b.E;
}

FlowPlane planeThrough(const Pca& basis, const Vector& state) {
  const Index N = basis.mean.size();
  FlowPlane plane;
  plane.E = Matrix::Zero(N, 2);
  const Index axes = std::min<Index>(2, basis.components.cols());
  plane.E.leftCols(axes) = basis.components.leftCols(axes);
  // The point half-way through the recording, moved within the plane to the mean: all other PCs keep their
  // value there.
  const Vector middle = state - basis.mean;
  plane.base = basis.mean + middle - plane.E * (plane.E.transpose() * middle);
  if (basis.totalVariance > 0) {
    plane.varianceExplained1 = basis.variances(0) / basis.totalVariance;
    if (axes > 1) plane.varianceExplained2 = basis.variances(1) / basis.totalVariance;
  }
  return plane;
}

void fitExtent(FlowPlane& plane, ConstMatrixRef points) {
  setExtent(plane.x0, plane.x1, points.row(0));
  setExtent(plane.y0, plane.y1, points.row(1));
}

FlowPlane planeOf(const Pca& basis, ConstMatrixRef trajectory) {
  FlowPlane plane = planeThrough(basis, trajectory.col(trajectory.cols() / 2));
  fitExtent(plane, toPlane(plane, trajectory));
  return plane;
}

Vector liftPoint(const FlowPlane& plane, double x, double y) {
  return plane.base + plane.E * Eigen::Vector2d(x, y);
}

Matrix toPlane(const FlowPlane& plane, ConstMatrixRef states) {
  return plane.E.transpose() * (states.colwise() - plane.base);
}

FlowField flowField(const FlowSystem& system, const FlowPlane& plane, ConstMatrixRef trajectory,
                    const FlowOptions& options, Progress& progress) {
  return flowFieldAlong(system, plane, toPlane(plane, trajectory), options, progress);
}

FlowField flowFieldAlong(const FlowSystem& system, const FlowPlane& plane, ConstMatrixRef points,
                         const FlowOptions& options, Progress& progress) {
  FlowField field;
  field.plane = plane;
  field.arrows = options.arrows;
  const ProjectedFlow projected(system, field.plane);
  fillArrows(field, projected);
  const Index cells = options.speedCells;
  field.speed.resize(cells, cells);
  for (Index row = 0; row < cells; ++row) {
    progress.checkpoint(static_cast<double>(row) / static_cast<double>(cells), "drawing the flow");
    field.speed.row(row) = projected.at(gridRow(field.plane, row, cells)).colwise().norm();
  }
  field.trajectory = decimated(points, options.trajectoryPoints, options.breaks);
  return field;
}

Matrix probeTrajectory(const FlowSystem& system, const FlowPlane& plane, const Vector& start, double alpha,
                       Index steps) {
  Matrix points(2, steps + 1);
  Vector now = start, next(start.size());
  FreeRun run(system, alpha);
  points.col(0) = toPlane(plane, now);
  for (Index t = 1; t <= steps; ++t) {
    run.step(now, next);
    now.swap(next);
    if (!now.allFinite()) return points.leftCols(t);
    points.col(t) = toPlane(plane, now);
  }
  return points;
}

}  // namespace keyhole
