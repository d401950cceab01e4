#include "core/analysis/points/slow_manifold.h"

#include "core/analysis/points/polyline.h"
#include "core/analysis/points/slow_finder.h"
#include "core/common/error.h"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace keyhole {
namespace {

constexpr Index kMostDimensions = 6;
constexpr Index kMostUnknown = 16;  // points beyond maxLinearised that are linearised here

class Search {
 public:
  Search(const FlowSystem& system, const std::vector<FixedPoint>& points, ConstMatrixRef activity,
         const SlowManifoldOptions& options, Progress& progress)
      : m_system(system),
        m_points(points),
        m_options(options),
        m_progress(progress),
        m_finder(system, points, activity, options, progress) {}

  double scale() const { return m_finder.scale(); }

  std::vector<SlowManifold> run() {
    for (std::size_t i = 0; i < m_points.size(); ++i) {
      if (static_cast<Index>(m_found.size()) >= m_options.most || m_progress.stopRequested()) break;
      if (mayLieOn(m_points[i]) && !isOnKnown(m_points[i].position)) lookFrom(i);
    }
    if (m_found.empty()) {
      m_found.emplace_back();
      m_found.back().status = m_reason;
    }
    for (SlowManifold& found : m_found)
      if (found.isFound()) addMembers(found);
    if (!m_system.switching)
      std::stable_sort(m_found.begin(), m_found.end(),
                       [](const SlowManifold& a, const SlowManifold& b) { return a.extent > b.extent; });
    return std::move(m_found);
  }

 private:
  // Newton's method may have stalled on a manifold where J is singular.
  bool mayLieOn(const FixedPoint& point) const {
    return point.kind != PointKind::notConverged ||
           (point.position.allFinite() && m_finder.isStillSlow(point.position));
  }

  bool isOnKnown(const Vector& position) const {
    return std::any_of(m_found.begin(), m_found.end(),
                       [&](const SlowManifold& known) { return known.holds(position); });
  }

  void lookFrom(std::size_t i) {
    const FixedPoint& point = m_points[i];
    const bool known = point.local.stability != Stability::unknown;
    if (!known && ++m_unknown > kMostUnknown) return;
    const SlowRanking ranking = rankedModes(
        known ? point.local : linearised(m_system, point.position, 1e-6, 0), m_options.persistentTau);
    const SlowManifoldStatus reason = reasonOf(ranking);
    // A point that says more than "nothing slow here" decides the reason when none is found.
    const bool silent = m_reason == SlowManifoldStatus::noPoint || m_reason == SlowManifoldStatus::noSlowMode;
    if (reason != SlowManifoldStatus::line) {
      if (silent && point.kind != PointKind::notConverged) m_reason = reason;
      return;
    }
    SlowManifold found = m_finder.follow(i, ranking);
    const bool ends = found.isFound() || found.status == SlowManifoldStatus::stopped;
    // A slow direction along which no curve of slow points could be followed leads past them, too.
    if (!ends || isPassage(found))
      m_reason = SlowManifoldStatus::passage;
    else
      m_found.push_back(std::move(found));
  }

  bool isPassage(SlowManifold& found) const {
    if (found.status != SlowManifoldStatus::line || found.isAtRest || isAffine(m_system) ||
        m_system.switching)
      return false;
    countBySigns(found);
    return found.stablePoints == 0 && found.otherPoints == 0 &&
           found.extent < 10 * m_options.persistentTau * found.meanSpeed;
  }

  static SlowManifoldStatus reasonOf(const SlowRanking& ranking) {
    switch (ranking.kind) {
      case SlowModes::none:
        return SlowManifoldStatus::noSlowMode;
      case SlowModes::turning:
        return SlowManifoldStatus::complexPair;
      case SlowModes::unstable:
        return SlowManifoldStatus::unstable;
      case SlowModes::some:
        break;
    }
    return ranking.count > kMostDimensions ? SlowManifoldStatus::severalModes : SlowManifoldStatus::line;
  }

  void addMembers(SlowManifold& found) const {
    for (std::size_t i = 0; i < m_points.size(); ++i) {
      if (m_points[i].kind == PointKind::notConverged || !found.holds(m_points[i].position)) continue;
      found.members.push_back(i);
      if (m_points[i].kind != PointKind::fixed) continue;
      const bool stable = m_points[i].local.stability == Stability::stable;
      ++(stable ? found.stablePoints : found.otherPoints);
    }
    if (found.dimension == 1 && !found.isAtRest && !isAffine(m_system) && !m_system.switching)
      countBySigns(found);
  }

  // The drift turns from forwards to backwards at a stable point.
  static void countBySigns(SlowManifold& found) {
    found.stablePoints = found.otherPoints = 0;
    const Index count = found.drift.size(),
                pairs = found.status == SlowManifoldStatus::ring ? count : count - 1;
    for (Index i = 0; i < pairs; ++i) {
      const double here = found.drift(i), next = found.drift((i + 1) % count);
      found.stablePoints += here > 0 && next <= 0;
      found.otherPoints += here <= 0 && next > 0;
    }
  }

  const FlowSystem& m_system;
  const std::vector<FixedPoint>& m_points;
  const SlowManifoldOptions& m_options;
  Progress& m_progress;
  SlowFinder m_finder;
  std::vector<SlowManifold> m_found;
  SlowManifoldStatus m_reason = SlowManifoldStatus::noPoint;
  Index m_unknown = 0;
};

void require(const FlowSystem& system, ConstMatrixRef activity, const SlowManifoldOptions& options) {
  if (const auto wrong = problems(options); !wrong.empty()) throw InputError(wrong.front());
  const Index D = system.switching ? system.switching->A.front().rows() : system.network.size();
  if (activity.rows() != D || activity.cols() < 3 || !activity.allFinite())
    throw InputError("the activity is " + std::to_string(activity.rows()) + " x " +
                     std::to_string(activity.cols()) + "; needed: " + std::to_string(D) +
                     " rows, at least 3 columns, finite numbers");
  if (!((activity.colwise() - activity.rowwise().mean()).norm() > 1e-12 * activity.norm()))
    throw InputError("the activity is constant; needed: one that varies");
}

std::string shortNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

// Orthonormal, of the differences of the columns, but for what is a twentieth of the largest.
Matrix spanOf(const Matrix& points) {
  const Matrix centred = points.colwise() - points.rowwise().mean();
  Eigen::ColPivHouseholderQR<Matrix> qr(centred);
  qr.setThreshold(0.05);
  return Matrix(qr.householderQ() * Matrix::Identity(points.rows(), qr.rank()));
}

std::string restText(const SlowManifold& found, const TimeWords& words) {
  if (found.isAtRest) return found.drifting > 0 ? "" : " of fixed points";
  std::string text = found.drifting > 0 ? "" : " of slow points";
  text += " (at most " + words.rate(found.fastest) + ")";
  if (found.stablePoints > 0)
    text += " with " + std::to_string(found.stablePoints) + " stable " +
            (found.stablePoints == 1 ? "point" : "points") + " on it";
  return text;
}

// What drifts along a line of fixed points goes on for ever; along slow points it may come to rest.
std::string driftText(const SlowManifold& found) {
  if (found.drifting == 0) return {};
  return found.isAtRest ? ", no attractor, since what lies beside it drifts along it"
                        : ", along which drifts what lies beside it";
}

std::string messageOf(const SlowManifold& found, double scale, const TimeWords& words) {
  const std::string tau = std::isinf(found.slowTau) ? "infinite" : words.duration(found.slowTau);
  std::string size = "extent " + shortNumber(found.extent / scale);
  if (found.dimension > 1) size += " by " + shortNumber(found.narrowest / scale);
  size += " times the activity's deviation, slow time constant " + tau + ", next " +
          words.duration(found.fastTau);
  switch (found.status) {
    case SlowManifoldStatus::line:
    case SlowManifoldStatus::ring:
    case SlowManifoldStatus::plane:
      return "a " + found.title() + restText(found, words) + driftText(found) + ": " + size;
    case SlowManifoldStatus::stopped:
      return "stopped while following slow points: " + size;
    case SlowManifoldStatus::noSlowMode:
      return "no line attractor: no point of rest has a slow direction";
    case SlowManifoldStatus::severalModes:
      return "no line attractor: more than six directions are slow";
    case SlowManifoldStatus::complexPair:
      return "no line attractor: the slow modes are a complex pair, a rotation";
    case SlowManifoldStatus::passage:
      return "no line attractor: slow points line up, but what comes to them passes through";
    case SlowManifoldStatus::unstable:
      return "no line attractor: besides the slow direction another one grows";
    case SlowManifoldStatus::noPoint:
      break;
  }
  return "no line attractor: there is no fixed or slow point";
}

}  // namespace

std::string SlowManifold::name() const {
  if (status != SlowManifoldStatus::plane) return nameOf(status);
  if (dimension > 2) return std::to_string(dimension) + "-dimensional";
  return closedDirections > 0 ? "closed surface" : "plane";
}

std::string SlowManifold::title() const {
  if (drifting == 0) return name() + " attractor";
  return name() + (isAtRest ? " of fixed points" : " of slow points");
}

bool SlowManifold::holds(ConstVectorRef state) const {
  if (points.cols() == 0) return false;
  if (status != SlowManifoldStatus::plane)
    return distanceFromLine(state, points, status == SlowManifoldStatus::ring) <= 0.01 * extent;
  const Vector offset = state - points.rowwise().mean();
  // A closed surface bends out of as many directions as it has: it is sought in all that its points span.
  const Matrix within = closedDirections > 0 ? spanOf(points) : directions;
  const Vector inside = within.transpose() * offset;
  return (offset - within * inside).norm() <= 0.15 * extent && inside.norm() <= 0.6 * extent;
}

std::string nameOf(SlowManifoldStatus status) {
  switch (status) {
    case SlowManifoldStatus::line:
      return "line";
    case SlowManifoldStatus::ring:
      return "ring";
    case SlowManifoldStatus::plane:
      return "plane";
    case SlowManifoldStatus::noSlowMode:
      return "no slow mode";
    case SlowManifoldStatus::severalModes:
      return "several slow modes";
    case SlowManifoldStatus::complexPair:
      return "complex pair";
    case SlowManifoldStatus::passage:
      return "passage";
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
  check(options.step > 0 && options.step <= 0.5, "step", options.step, "a number above 0, at most 0.5");
  check(options.maxSteps >= 1, "max steps", static_cast<double>(options.maxSteps), "a number from 1");
  check(options.subspace >= 1, "subspace", static_cast<double>(options.subspace), "a number from 1");
  check(options.most >= 1, "most", static_cast<double>(options.most), "a number from 1");
  return found;
}

std::vector<SlowManifold> findSlowManifolds(const FlowSystem& system, const std::vector<FixedPoint>& points,
                                            ConstMatrixRef activity, const SlowManifoldOptions& options,
                                            Progress& progress) {
  require(system, activity, options);
  Search search(system, points, activity, options, progress);
  std::vector<SlowManifold> all = search.run();
  for (SlowManifold& found : all) {
    if (found.directions.cols() > 0)
      found.alignment = alignmentOf(found.directions, activity, options.subspace);
    found.message = messageOf(found, search.scale(), options.words);
  }
  return all;
}

SlowManifold findSlowManifold(const FlowSystem& system, const std::vector<FixedPoint>& points,
                              ConstMatrixRef activity, const SlowManifoldOptions& options,
                              Progress& progress) {
  return findSlowManifolds(system, points, activity, options, progress).front();
}

}  // namespace keyhole
