#include "core/analysis/points/slow_finder.h"

#include "core/analysis/flow/jacobian.h"
#include "core/analysis/points/polyline.h"
#include "core/analysis/points/slow_sheet.h"
#include "core/linalg/eigen.h"
#include "core/linalg/signs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

double spreadOf(ConstMatrixRef states) {
  const Vector mean = states.rowwise().mean();  // evaluated here, or it would be for every column
  return std::sqrt((states.colwise() - mean).squaredNorm() / static_cast<double>(states.cols()));
}

double spreadOf(const std::vector<FixedPoint>& points) {
  Index count = 0;
  for (const FixedPoint& point : points) count += point.kind != PointKind::notConverged;
  if (count < 2) return 0;
  Matrix positions(points.front().position.size(), count);
  Index column = 0;
  for (const FixedPoint& point : points)
    if (point.kind != PointKind::notConverged) positions.col(column++) = point.position;
  return spreadOf(positions);
}

// F along the chord between the neighbours of each point.
Vector driftAlong(const SlowManifold& curve, const Matrix& F) {
  const Index count = curve.points.cols();
  const bool ring = curve.status == SlowManifoldStatus::ring;
  Vector drift = Vector::Zero(count);
  for (Index i = 0; i < count && count > 1; ++i) {
    const Index before = ring ? (i + count - 1) % count : std::max<Index>(i - 1, 0);
    const Index after = ring ? (i + 1) % count : std::min(i + 1, count - 1);
    drift(i) = F.col(i).dot((curve.points.col(after) - curve.points.col(before)).normalized());
  }
  return drift;
}

// By trapezia, if the drift has one sign all round.
double roundTimeOf(const SlowManifold& ring) {
  const Index count = ring.points.cols();
  if (ring.isAtRest || !((ring.drift.array() > 0).all() || (ring.drift.array() < 0).all())) return 0;
  double time = 0;
  for (Index i = 0; i < count; ++i) {
    const Index next = (i + 1) % count;
    const double slowness = 0.5 * (1 / std::abs(ring.drift(i)) + 1 / std::abs(ring.drift(next)));
    time += slowness * (ring.points.col(next) - ring.points.col(i)).norm();
  }
  return time;
}

double tauOf(double rate) {
  return rate == 0 ? std::numeric_limits<double>::infinity() : 1 / std::abs(rate);
}

}  // namespace

SlowFinder::SlowFinder(const FlowSystem& system, const std::vector<FixedPoint>& points,
                       ConstMatrixRef activity, const SlowManifoldOptions& options, Progress& progress)
    : m_system(system),
      m_points(points),
      m_activity(activity),
      m_options(options),
      m_progress(progress),
      m_scale(std::max(spreadOf(activity), spreadOf(points))) {
  if (!system.switching && !isAffine(system)) m_equation = std::make_unique<FlowEquation>(system);
}

bool SlowFinder::isStillSlow(ConstVectorRef z) const {
  return flow(m_system, z).norm() <= m_options.speedLimit * m_scale;
}

SlowManifold SlowFinder::follow(std::size_t i, const SlowRanking& ranking) const {
  const FixedPoint& point = m_points[i];
  SlowManifold found;
  found.dimension = ranking.count;
  found.slowTau = tauOf(ranking.slow);
  found.fastTau = tauOf(ranking.fast);
  found.origin = i;
  if (m_equation)
    followCurved(point.position, found);
  else
    followFlat(point, ranking.slow, found);
  return found;
}

// Where it has fewer directions than slow modes, others drift along it.
void SlowFinder::setDirections(const SlowDirections& directions, SlowManifold& found) const {
  found.drifting = found.dimension - directions.basis.cols();
  found.dimension = directions.basis.cols();
  if (found.drifting > 0) found.slowTau = tauOf(std::abs(directions.slow) < 1e-12 ? 0 : directions.slow);
}

// Affine dynamics: on z* + U c the flow is U R c, R the rates.
void SlowFinder::followFlat(const FixedPoint& point, double rate, SlowManifold& found) const {
  const Matrix U = flatBasis(point, rate, found);
  const Index dimension = found.dimension;
  if (found.drifting > 0) rate = std::isinf(found.slowTau) ? 0 : 1 / found.slowTau;
  const Matrix along = (U.transpose() * (m_activity.colwise() - point.position)).eval();
  found.status = dimension == 1 ? SlowManifoldStatus::line : SlowManifoldStatus::plane;
  if (dimension == 1) {
    const double limit =
        rate == 0 ? std::numeric_limits<double>::infinity() : m_options.speedLimit * m_scale / std::abs(rate);
    const double low = std::max(along.minCoeff(), -limit), high = std::min(along.maxCoeff(), limit);
    const Index pieces = std::clamp<Index>(
        static_cast<Index>(std::ceil((high - low) / (m_options.step * m_scale))), 1, 2 * m_options.maxSteps);
    Matrix places = point.position.replicate(1, pieces + 1);
    places += U * Vector::LinSpaced(pieces + 1, low, std::max(low, high)).transpose();
    found.points = m_system.switching ? keptInRegion(places, point.region) : places;
    describe(found, Matrix(m_activity.rows(), 0));
    if (found.points.cols() > 0) found.directions = U;
    return;
  }
  // The ellipse, in the plane of the two widest directions of the activity within U, that holds the activity.
  const Matrix centred = along.colwise() - along.rowwise().mean();
  const auto axes = symmetricEigenSystem(centred * centred.transpose());
  const Matrix turned = axes.vectors.transpose() * along;
  const Vector middle = 0.5 * (turned.rowwise().maxCoeff() + turned.rowwise().minCoeff());
  const Vector half = 0.5 * (turned.rowwise().maxCoeff() - turned.rowwise().minCoeff());
  constexpr Index kRim = 48;
  Matrix places(m_activity.rows(), kRim);
  for (Index k = 0; k < kRim; ++k) {
    const double angle = 2 * std::acos(-1.0) * static_cast<double>(k) / kRim;
    Vector c = middle;
    c(0) += half(0) * std::cos(angle);
    c(1) += half(1) * std::sin(angle);
    places.col(k) = point.position + U * (axes.vectors * c);
  }
  found.points = m_system.switching ? keptInRegion(places, point.region) : places;
  describe(found, Matrix(m_activity.rows(), 0));
  found.extent = 2 * half.maxCoeff();
  found.narrowest = 2 * half.minCoeff();
  found.directions = U * axes.vectors;
}

Matrix SlowFinder::flatBasis(const FixedPoint& point, double rate, SlowManifold& found) const {
  const auto& modes = point.local.modes;
  if (found.dimension == 1 && !modes.empty() && modes[0].plane.cols() == 1 &&
      std::abs(modes[0].value.real() - 1 - rate) < 1e-12)
    return modes[0].plane.col(0);
  const Matrix J = jacobian(m_system, point.position);
  const SlowDirections directions =
      slowDirections(J, slowBasis(J, found.dimension), 1 / m_options.persistentTau);
  setDirections(directions, found);
  return directions.basis;
}

Matrix SlowFinder::keptInRegion(const Matrix& places, int region) const {
  const std::vector<int> regions = regionsOf(m_system, places);
  std::vector<Index> kept;
  for (std::size_t i = 0; i < regions.size(); ++i)
    if (regions[i] == region) kept.push_back(static_cast<Index>(i));
  return places(Eigen::all, kept);
}

SlowCurveLimits SlowFinder::limits() const {
  SlowCurveLimits limits;
  limits.step = m_options.step * m_scale;
  limits.rate = 1 / m_options.persistentTau;
  limits.maxSteps = m_options.maxSteps;
  limits.isWithin = [this](ConstVectorRef place) { return isStillSlow(m_equation->stateOf(place)); };
  limits.stop = [this] {
    if (m_progress.stopRequested()) return true;
    m_progress.report(0.5, "following slow points");
    return m_progress.stopRequested();
  };
  return limits;
}

Matrix SlowFinder::statesOf(const std::vector<Vector>& places) const {
  Matrix states(m_system.network.size(), static_cast<Index>(places.size()));
  for (std::size_t i = 0; i < places.size(); ++i)
    states.col(static_cast<Index>(i)) = m_equation->stateOf(places[i]);
  return states;
}

void SlowFinder::followCurved(const Vector& position, SlowManifold& found) const {
  const SlowCurveLimits within = limits();
  SlowPlace start;
  start.y = m_equation->coordinatesOf(position).col(0);
  FlowEquation::Value value;
  m_equation->evaluate(start.y, value);
  const Matrix J = m_equation->jacobian(value);
  start.basis = slowBasis(J, found.dimension);
  if (start.basis.cols() < found.dimension) return;
  if (found.dimension > 1) {
    const SlowDirections directions = slowDirections(J, start.basis, within.rate);
    start.basis = directions.basis;
    setDirections(directions, found);
  }
  // A fixed point is on the manifold; a slow one need not be, exactly.
  if (!correctPlace(*m_equation, within.step, start) || !isSlow(start, within.rate)) return;
  if (found.dimension == 1) {
    const SlowCurve curve = followSlowCurve(*m_equation, start, within);
    if (!curve.wasStopped && curve.points.size() < 2) return;  // not a step could be taken: a point
    found.status = curve.wasStopped ? SlowManifoldStatus::stopped
                                    : (curve.isClosed ? SlowManifoldStatus::ring : SlowManifoldStatus::line);
    found.points = statesOf(curve.points);
    describe(found, Matrix(found.points.rows(), 0));
    return;
  }
  const SlowSheet sheet = soundSheet(*m_equation, start, within);
  if (!sheet.wasStopped && !(sheet.longest > 0)) return;
  found.status = sheet.wasStopped ? SlowManifoldStatus::stopped : SlowManifoldStatus::plane;
  found.points = statesOf(sheet.rim);
  describe(found, statesOf(sheet.samples));
  found.closedDirections = sheet.closedRays;
  found.extent = sheet.longest;
  found.narrowest = sheet.shortest;
}

// Speeds, extent and directions.
void SlowFinder::describe(SlowManifold& found, const Matrix& inside) const {
  const Index count = found.points.cols();
  if (count == 0) return;
  const Matrix F = flow(m_system, found.points);
  found.speeds = F.colwise().norm();
  if (found.dimension == 1) found.drift = driftAlong(found, F);
  Vector all = found.speeds;
  if (inside.cols() > 0) all = flow(m_system, inside).colwise().norm();
  found.fastest = std::max(all.maxCoeff(), found.speeds.maxCoeff());
  found.meanSpeed = all.mean();
  const bool ring = found.status == SlowManifoldStatus::ring;
  found.extent = found.narrowest = lengthOfLine(found.points, ring);
  found.isAtRest = found.fastest <= 1e-8 * std::max(m_scale, found.extent);
  if (ring) found.roundTime = roundTimeOf(found);
  if (count < 2) return;
  // Left singular vectors of the centred points, through the smaller Gram matrix.
  const Matrix centred = found.points.colwise() - found.points.rowwise().mean();
  const Index wanted = std::min(count - 1, ring ? Index{2} : found.dimension);
  const auto axes = symmetricEigenSystem(centred.transpose() * centred, wanted);
  const Index real = (axes.values.array() > 1e-12 * axes.values(0)).count();
  found.directions = centred * axes.vectors.leftCols(real);
  found.directions.colwise().normalize();
  fixSigns(found.directions);
}

}  // namespace keyhole
