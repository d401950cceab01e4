#include "core/analysis/points/fixed_points_affine.h"

#include "core/linalg/singular.h"

#include <Eigen/LU>

#include <limits>

namespace keyhole {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

struct LinearSolution {
  FixedPointStatus status = FixedPointStatus::exact;
  Vector x;
  Matrix nullSpace;  // n x k, orthonormal
};

// A x = b, with the shortest x where A is singular: σ_min <= n ε σ_max.
LinearSolution solved(const Matrix& A, const Vector& b) {
  const double n = static_cast<double>(A.rows());
  const Eigen::PartialPivLU<Matrix> lu(A);
  LinearSolution solution;
  // The estimate knows nothing of a pivot that is 0: it divides by it.
  const auto pivots = lu.matrixLU().diagonal().cwiseAbs();
  if (pivots.minCoeff() > n * kEpsilon * pivots.maxCoeff() && lu.rcond() > 10 * n * kEpsilon) {
    solution.x = lu.solve(b);
    solution.x += lu.solve(b - A * solution.x);
    return solution;
  }
  const SingularSystem svd = singularSystem(A);
  const Vector& sigma = svd.values;
  const Index rank = (sigma.array() > n * kEpsilon * sigma(0)).count();
  const Vector image = svd.left.transpose() * b;
  solution.x = svd.right.leftCols(rank) * (image.head(rank).array() / sigma.head(rank).array()).matrix();
  if (rank == A.rows()) return solution;
  const double missed = image.tail(A.rows() - rank).norm();
  if (missed > 100 * n * kEpsilon * b.norm()) {
    solution.status = FixedPointStatus::inconsistent;
  } else {
    solution.status = FixedPointStatus::continuum;
    solution.nullSpace = svd.right.rightCols(A.rows() - rank);
  }
  return solution;
}

// (I - M Nᵀ) z = v through r unknowns: z = v + M κ, (I - NᵀM) κ = Nᵀ v.
LinearSolution solvedLowRank(const LowRankForm& form, const Vector& v) {
  Matrix inner = -form.N.transpose() * form.M;
  inner.diagonal().array() += 1;
  LinearSolution solution = solved(inner, form.N.transpose() * v);
  solution.x = v + form.M * solution.x;
  if (solution.nullSpace.size() > 0) {
    const Matrix span = form.M * solution.nullSpace;
    solution.nullSpace = singularSystem(span).left;
  }
  return solution;
}

FixedPoint pointAt(const FlowSystem& system, Vector z, int region) {
  FixedPoint point;
  const Vector F = flow(system, z);
  point.position = std::move(z);
  point.residual = F.norm();
  point.q = 0.5 * F.squaredNorm();
  point.kind = PointKind::fixed;
  point.region = region;
  return point;
}

Matrix identityMinus(Matrix A) {
  A = -A;
  A.diagonal().array() += 1;
  return A;
}

}  // namespace

FixedPoints affineFixedPoints(const FlowSystem& system) {
  const Vector v = system.drive.size() > 0 ? system.drive : Vector::Zero(system.network.size());
  const auto* factors = std::get_if<LowRankForm>(&system.network.form());
  const LinearSolution solution =
      factors ? solvedLowRank(*factors, v) : solved(identityMinus(system.network.dense()), v);
  FixedPoints found;
  found.status = solution.status;
  found.census.completeness = Completeness::certified;
  found.census.message = "that is all: it is solved for exactly";
  if (solution.status == FixedPointStatus::inconsistent) {
    found.message = "no fixed point: I - B is singular to rounding and the drive is not in its range";
    return found;
  }
  found.points.push_back(pointAt(system, solution.x, 0));
  found.continuum = solution.nullSpace;
  found.message = "one fixed point, solved for exactly";
  if (found.status == FixedPointStatus::continuum)
    found.message = "a " + std::to_string(found.continuum.cols()) +
                    "-dimensional continuum of fixed points: I - B is singular to rounding";
  return found;
}

FixedPoints switchingFixedPoints(const FlowSystem& system) {
  const Switching& parts = *system.switching;
  FixedPoints found;
  found.status = FixedPointStatus::exact;
  found.census.completeness = Completeness::certified;
  found.census.message = "that is all: each discrete state is solved for exactly";
  Index singular = 0;
  for (std::size_t k = 0; k < parts.A.size(); ++k) {
    const LinearSolution solution = solved(identityMinus(parts.A[k]), parts.b[k]);
    if (solution.status != FixedPointStatus::exact) ++singular;
    if (solution.status == FixedPointStatus::inconsistent) continue;
    if (regionsOf(system, solution.x).front() == static_cast<int>(k))
      found.points.push_back(pointAt(system, solution.x, static_cast<int>(k)));
    else
      ++found.virtualPoints;
  }
  found.message = std::to_string(found.points.size()) + " of " + std::to_string(parts.A.size()) +
                  " discrete states rest within their own region";
  if (singular > 0) {
    found.census.completeness = Completeness::notSought;
    found.census.message = "at least these: a singular I - A may have a continuum";
    found.message += "; " + std::to_string(singular) +
                     " have a singular I - A, for which only the point nearest to the origin was tried";
  }
  return found;
}

}  // namespace keyhole
