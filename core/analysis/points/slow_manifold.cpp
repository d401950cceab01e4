#include "core/analysis/points/slow_manifold.h"

#include "core/analysis/flow/jacobian.h"
#include "core/analysis/points/slow_curve.h"
#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/linalg/signs.h"
#include "core/linalg/subspace.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace keyhole {
namespace {

constexpr Index kWide = 2000;  // units beyond which time points are thinned for the alignment

double tauOf(double rate) {
  return rate == 0 ? std::numeric_limits<double>::infinity() : 1 / std::abs(rate);
}

struct Ranking {
  SlowManifoldStatus status = SlowManifoldStatus::noSlowMode;
  double slow = 0, fast = 0;  // λ - 1 of the slow mode and real part of that of the next one
};

// Whether exactly one mode is slow, and it is real, and the others decay faster.
Ranking ranked(const Linearisation& local, double persistentTau) {
  const double limit = 1 / persistentTau;
  Ranking ranking;
  ranking.fast = local.furtherZeros > 0 ? -1 : -std::numeric_limits<double>::infinity();
  Index slow = local.furtherZeros > 0 && limit >= 1 ? local.furtherZeros : 0;
  bool grows = false, turns = false;
  for (const auto& value : local.eigenvalues) {
    const double rate = value.real() - 1;
    if (std::abs(rate) <= limit) {
      ++slow;
      turns = turns || value.imag() != 0;
      ranking.slow = rate;
    } else {
      grows = grows || rate > 0;
      ranking.fast = std::max(ranking.fast, rate);
    }
  }
  if (slow == 0) return ranking;
  if (slow > 1)
    ranking.status = slow == 2 && turns ? SlowManifoldStatus::complexPair : SlowManifoldStatus::severalModes;
  else
    ranking.status = grows ? SlowManifoldStatus::unstable : SlowManifoldStatus::line;
  return ranking;
}

// The real eigenvector of A whose eigenvalue is nearest to the one given.
Vector slowVector(const Matrix& A, double value) {
  const EigenSystem system = eigenSystem(A);
  Index nearest = 0;
  (system.values.array() - value).abs().minCoeff(&nearest);
  return system.vectors.col(nearest).real().normalized();
}

struct Frame {
  Vector mean;
  double scale = 0;     // root of the total variance
  double farthest = 0;  // from the mean
};

class Finder {
 public:
  Finder(const FlowSystem& system, ConstMatrixRef activity, const SlowManifoldOptions& options,
         Progress& progress)
      : m_system(system), m_activity(activity), m_options(options), m_progress(progress) {
    m_frame.mean = activity.rowwise().mean();
    const Vector distances = (activity.colwise() - m_frame.mean).colwise().norm();
    m_frame.scale = distances.norm() / std::sqrt(static_cast<double>(activity.cols()));
    m_frame.farthest = distances.maxCoeff();
  }

  double scale() const { return m_frame.scale; }

  SlowManifold find(const std::vector<FixedPoint>& points) {
    SlowManifold found;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].kind == PointKind::notConverged) continue;
      const bool known = points[i].local.stability != Stability::unknown;
      const Linearisation local = known ? points[i].local : linearised(m_system, points[i].position, 1e-6, 0);
      const Ranking ranking = ranked(local, m_options.persistentTau);
      // A point that says more than "nothing slow here" decides the status when no line is found.
      const bool silent =
          found.status == SlowManifoldStatus::noPoint || found.status == SlowManifoldStatus::noSlowMode;
      if (silent) found.status = ranking.status;
      if (ranking.status != SlowManifoldStatus::line) continue;
      found.status = ranking.status;
      found.slowTau = tauOf(ranking.slow);
      found.fastTau = tauOf(ranking.fast);
      found.origin = i;
      if (m_system.switching || isAffine(m_system))
        followLine(points[i], ranking.slow, found);
      else
        followCurve(points[i].position, ranking.slow, found);
      break;
    }
    return found;
  }

 private:
  bool isSlow(ConstVectorRef z) const { return flow(m_system, z).norm() <= m_options.speedLimit * scale(); }

  // Affine dynamics: on z* + c u the flow is (λ - 1) c u.
  void followLine(const FixedPoint& point, double rate, SlowManifold& found) const {
    const Vector u = lineDirection(point, rate);
    const Vector along = m_activity.transpose() * u;
    const double offset = u.dot(point.position);
    const double limit =
        rate == 0 ? std::numeric_limits<double>::infinity() : m_options.speedLimit * scale() / std::abs(rate);
    const double low = std::max(along.minCoeff() - offset, -limit),
                 high = std::min(along.maxCoeff() - offset, limit);
    const Index pieces = std::clamp<Index>(
        static_cast<Index>(std::ceil((high - low) / (m_options.step * scale()))), 1, 2 * m_options.maxSteps);
    Matrix places = point.position.replicate(1, pieces + 1);
    places += u * Vector::LinSpaced(pieces + 1, low, std::max(low, high)).transpose();
    found.points = m_system.switching ? keptInRegion(places, point.region) : places;
    describe(found);
    if (found.points.cols() > 0) found.directions = u;
  }

  Vector lineDirection(const FixedPoint& point, double rate) const {
    const auto& modes = point.local.modes;
    if (!modes.empty() && modes[0].plane.cols() == 1 && std::abs(modes[0].value.real() - 1 - rate) < 1e-12)
      return modes[0].plane.col(0);
    const Linearisation local = linearised(m_system, point.position, 1e-6, 1);
    if (!local.modes.empty() && local.modes[0].plane.cols() == 1) return local.modes[0].plane.col(0);
    return slowVector(effectiveConnectivity(m_system, point.position), 1 + rate);
  }

  Matrix keptInRegion(const Matrix& places, int region) const {
    const std::vector<int> regions = regionsOf(m_system, places);
    std::vector<Index> kept;
    for (std::size_t i = 0; i < regions.size(); ++i)
      if (regions[i] == region) kept.push_back(static_cast<Index>(i));
    return places(Eigen::all, kept);
  }

  void followCurve(const Vector& position, double rate, SlowManifold& found) {
    const FlowEquation equation(m_system);
    const Vector y = equation.coordinatesOf(position);
    FlowEquation::Value value;
    equation.evaluate(y, value);
    Matrix A = equation.jacobian(value);
    A.diagonal().array() += 1;
    SlowCurveLimits limits;
    limits.step = m_options.step * scale();
    limits.rate = 1 / m_options.persistentTau;
    limits.maxSteps = m_options.maxSteps;
    limits.isWithin = [&](ConstVectorRef place) {
      const Vector z = equation.stateOf(place);
      return (z - m_frame.mean).norm() <= m_options.reach * m_frame.farthest && isSlow(z);
    };
    limits.stop = [&] {
      m_progress.report(0.5, "following slow points");
      return m_progress.stopRequested();
    };
    const SlowCurve curve = followSlowCurve(equation, y, slowVector(A, 1 + rate), limits);
    found.points.resize(m_system.network.size(), static_cast<Index>(curve.points.size()));
    for (std::size_t i = 0; i < curve.points.size(); ++i)
      found.points.col(static_cast<Index>(i)) = equation.stateOf(curve.points[i]);
    if (curve.isClosed) found.status = SlowManifoldStatus::ring;
    if (curve.wasStopped) found.status = SlowManifoldStatus::stopped;
    describe(found);
  }

  // Speeds, extent, directions and alignment from the points.
  void describe(SlowManifold& found) const {
    const Index count = found.points.cols();
    if (count == 0) return;
    found.speeds = flow(m_system, found.points).colwise().norm();
    for (Index i = 1; i < count; ++i) found.extent += (found.points.col(i) - found.points.col(i - 1)).norm();
    const bool ring = found.status == SlowManifoldStatus::ring;
    if (ring) found.extent += (found.points.col(0) - found.points.col(count - 1)).norm();
    if (count < 2) return;
    // Left singular vectors of the centred points, through the smaller Gram matrix.
    const Matrix centred = found.points.colwise() - found.points.rowwise().mean();
    const auto axes = symmetricEigenSystem(centred.transpose() * centred, ring ? 2 : 1);
    found.directions = centred * axes.vectors;
    found.directions.colwise().normalize();
    fixSigns(found.directions);
  }

  const FlowSystem& m_system;
  ConstMatrixRef m_activity;
  const SlowManifoldOptions& m_options;
  Progress& m_progress;
  Frame m_frame;
};

void require(const FlowSystem& system, ConstMatrixRef activity, const SlowManifoldOptions& options) {
  if (const auto wrong = problems(options); !wrong.empty()) throw InputError(wrong.front());
  const Index D = system.switching ? system.switching->A.front().rows() : system.network.size();
  if (activity.rows() != D || activity.cols() < 3 || !activity.allFinite())
    throw InputError("the activity is " + std::to_string(activity.rows()) + " x " +
                     std::to_string(activity.cols()) + "; needed: " + std::to_string(D) +
                     " rows, at least 3 columns, finite numbers");
}

std::string shortNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string messageOf(const SlowManifold& found, double scale) {
  const std::string tau = std::isinf(found.slowTau) ? "infinite" : shortNumber(found.slowTau) + " τ";
  const std::string size = "extent " + shortNumber(found.extent / scale) +
                           " times the activity's deviation, slow time constant " + tau + ", next " +
                           shortNumber(found.fastTau) + " τ";
  switch (found.status) {
    case SlowManifoldStatus::line:
      return "a line attractor: " + size;
    case SlowManifoldStatus::ring:
      return "a ring attractor: " + size;
    case SlowManifoldStatus::stopped:
      return "stopped while following slow points: " + size;
    case SlowManifoldStatus::noSlowMode:
      return "no line attractor: no point of rest has a slow direction";
    case SlowManifoldStatus::severalModes:
      return "no line attractor: more than one direction is slow";
    case SlowManifoldStatus::complexPair:
      return "no line attractor: the slow modes are a complex pair, a rotation";
    case SlowManifoldStatus::unstable:
      return "no line attractor: besides the slow direction another one grows";
    case SlowManifoldStatus::noPoint:
      break;
  }
  return "no line attractor: there is no fixed or slow point";
}

}  // namespace

std::string nameOf(SlowManifoldStatus status) {
  switch (status) {
    case SlowManifoldStatus::line:
      return "line";
    case SlowManifoldStatus::ring:
      return "ring";
    case SlowManifoldStatus::noSlowMode:
      return "no slow mode";
    case SlowManifoldStatus::severalModes:
      return "several slow modes";
    case SlowManifoldStatus::complexPair:
      return "complex pair";
    case SlowManifoldStatus::unstable:
      return "unstable";
    case SlowManifoldStatus::stopped:
      return "stopped";
    case SlowManifoldStatus::noPoint:
      break;
  }
  return "no point";
}

std::vector<std::string> problems(const SlowManifoldOptions& options) {
  std::vector<std::string> found;
  const auto check = [&](bool good, const std::string& name, double value, const std::string& allowed) {
    if (!good) found.push_back(name + " is " + toText(value) + "; allowed: " + allowed);
  };
  check(options.persistentTau > 0, "persistent tau", options.persistentTau, "a number above 0");
  check(options.speedLimit > 0, "speed limit", options.speedLimit, "a number above 0");
  check(options.reach > 0, "reach", options.reach, "a number above 0");
  check(options.step > 0 && options.step <= 0.5, "step", options.step, "a number above 0, at most 0.5");
  check(options.maxSteps >= 1, "max steps", static_cast<double>(options.maxSteps), "a number from 1");
  check(options.subspace >= 1, "subspace", static_cast<double>(options.subspace), "a number from 1");
  return found;
}

Alignment alignmentOf(ConstMatrixRef directions, ConstMatrixRef activity, Index subspace) {
  const Index stride = activity.rows() > kWide ? (activity.cols() + kWide - 1) / kWide : 1;
  const Index samples = (activity.cols() + stride - 1) / stride;
  Matrix X = activity(Eigen::all, Eigen::seqN(Index{0}, samples, stride));
  const Vector mean = X.rowwise().mean();
  X.colwise() -= mean;
  const Index k = std::min({std::max(subspace, directions.cols()), X.rows(), samples - 1});
  // Principal components through the smaller Gram matrix.
  const bool wide = X.rows() > samples;
  const auto system =
      wide ? symmetricEigenSystem(X.transpose() * X, k) : symmetricEigenSystem(X * X.transpose(), k);
  const Index real = (system.values.array() > 1e-14 * system.values(0)).count();
  Matrix components = system.vectors.leftCols(real);
  if (wide) components = (X * components).colwise().normalized();
  Alignment alignment;
  alignment.angle = principalAngles(directions, components).maxCoeff();
  alignment.varianceShare = (directions.transpose() * X).squaredNorm() / X.squaredNorm();
  alignment.largestShare = system.values.head(std::min(directions.cols(), real)).sum() / X.squaredNorm();
  return alignment;
}

SlowManifold findSlowManifold(const FlowSystem& system, const std::vector<FixedPoint>& points,
                              ConstMatrixRef activity, const SlowManifoldOptions& options,
                              Progress& progress) {
  require(system, activity, options);
  Finder finder(system, activity, options, progress);
  if (!(finder.scale() > 1e-12 * activity.norm()))
    throw InputError("the activity is constant; needed: one that varies");
  SlowManifold found = finder.find(points);
  if (found.directions.cols() > 0)
    found.alignment = alignmentOf(found.directions, activity, options.subspace);
  found.message = messageOf(found, finder.scale());
  return found;
}

}  // namespace keyhole
