#include "core/analysis/points/slow_manifold.h"

#include "core/analysis/points/polyline.h"
#include "core/analysis/points/slow_finder.h"
#include "core/common/error.h"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace keyhole {
namespace {

constexpr Index kMostDimensions = 6;
constexpr double kShort = 0.1;      // of the scale
constexpr double kNeutral = 1e-3;   // per τ, of rates and, in scales, of speeds
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
      const auto count = static_cast<Index>(m_found.size() + m_repelling.size());
      if (count >= m_options.most || m_progress.stopRequested()) break;
      if (mayLieOn(m_points[i]) && !isOnKnown(m_points[i].position)) lookFrom(i);
    }
    if (m_found.empty()) {
      m_found.emplace_back();
      m_found.back().status = m_reason;
    }
    for (SlowManifold& found : m_found)
      if (found.isFound()) addMembers(found);
    for (SlowManifold& found : m_repelling) addMembers(found);
    if (!m_system.switching)
      std::stable_sort(m_found.begin(), m_found.end(),
                       [](const SlowManifold& a, const SlowManifold& b) { return a.extent > b.extent; });
    std::move(m_repelling.begin(), m_repelling.end(), std::back_inserter(m_found));
    return std::move(m_found);
  }

 private:
  // Newton's method may have stalled on a manifold where J is singular.
  bool mayLieOn(const FixedPoint& point) const {
    return point.kind != PointKind::notConverged ||
           (point.position.allFinite() && m_finder.isStillSlow(point.position));
  }

  bool isOnKnown(const Vector& position) const {
    const auto holds = [&](const SlowManifold& known) { return known.holds(position); };
    return std::any_of(m_found.begin(), m_found.end(), holds) ||
           std::any_of(m_repelling.begin(), m_repelling.end(), holds);
  }

  void lookFrom(std::size_t i) {
    const FixedPoint& point = m_points[i];
    const bool known = point.local.stability != Stability::unknown;
    if (!known && ++m_unknown > kMostUnknown) return;
    const SlowRanking ranking = rankedModes(
        known ? point.local : linearised(m_system, point.position, 1e-6, 0), m_options.persistentTau);
    const SlowManifoldStatus reason = reasonOf(point, ranking);
    // A point that says more than "nothing slow here" decides the reason when none is found.
    const bool silent = m_reason == SlowManifoldStatus::noPoint || m_reason == SlowManifoldStatus::noSlowMode;
    if (reason != SlowManifoldStatus::line) {
      if (silent && point.kind != PointKind::notConverged) m_reason = reason;
      if (reason == SlowManifoldStatus::unstable) lookForRepelling(i, ranking);
      return;
    }
    SlowManifold found = followed(i, ranking);
    if (isShort(found)) {
      if (silent) m_reason = SlowManifoldStatus::tooShort;
      return;
    }
    const bool ends = found.isFound() || found.status == SlowManifoldStatus::stopped;
    // A slow direction along which no curve of slow points could be followed is one of a point that rests and
    // attracts, or leads past it.
    if (!ends && point.kind == PointKind::fixed && point.local.stability == Stability::stable)
      m_reason = silent ? SlowManifoldStatus::tooShort : m_reason;
    else if (!ends || isPassage(found))
      m_reason = SlowManifoldStatus::passage;
    else
      m_found.push_back(std::move(found));
  }

  // As a plane that has no width it is followed as what has: a direction less.
  SlowManifold followed(std::size_t i, SlowRanking ranking) const {
    SlowManifold found = m_finder.follow(i, ranking);
    while (found.isFound() && found.dimension > 1 && isCurved() && found.narrowest < kShort * scale()) {
      ranking = withoutFarthest(m_points[i].local.stability != Stability::unknown
                                    ? m_points[i].local
                                    : linearised(m_system, m_points[i].position, 1e-6, 0),
                                ranking);
      found = m_finder.follow(i, ranking);
    }
    return found;
  }

  bool isCurved() const { return !isAffine(m_system) && !m_system.switching; }

  // What is slow next to a point alone is that point's slow direction, and no line of slow points.
  bool isShort(const SlowManifold& found) const {
    return found.isFound() && isCurved() && !found.isAtRest && found.extent < kShort * scale();
  }

  // A line or ring of points that hardly move, beside which something grows, is no attractor, but neither
  // many points.
  void lookForRepelling(std::size_t i, const SlowRanking& ranking) {
    if (!isCurved() || ranking.count > kMostDimensions) return;
    if (flow(m_system, m_points[i].position).norm() > kNeutral * scale()) return;
    if (std::abs(ranking.slow) > kNeutral) return;
    SlowManifold found = m_finder.follow(i, ranking);
    if (!found.isFound() || isShort(found) || found.fastest > kNeutral * scale()) return;
    found.repels = true;
    m_repelling.push_back(std::move(found));
  }

  bool isPassage(SlowManifold& found) const {
    if (found.status != SlowManifoldStatus::line || found.isAtRest || !isCurved()) return false;
    countBySigns(found);
    return found.stablePoints == 0 && found.otherPoints == 0 &&
           found.extent < 10 * m_options.persistentTau * found.meanSpeed;
  }

  // Where all directions are slow there is a point, and what comes to it, but nothing along which it comes.
  // An affine system of which something grows, however slowly, has no attractor.
  SlowManifoldStatus reasonOf(const FixedPoint& point, const SlowRanking& ranking) const {
    constexpr double kGrows = 1e-6;
    const auto& values = point.local.eigenvalues;
    if (ranking.kind == SlowModes::some && isAffine(m_system) && values.size() > 0 &&
        values.real().maxCoeff() > 1 + kGrows)
      return SlowManifoldStatus::unstable;
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

  // The drift turns from forwards to backwards at a stable point. What rounding leaves of it where it rests
  // has no sign.
  void countBySigns(SlowManifold& found) const {
    found.stablePoints = found.otherPoints = 0;
    const double least = 1e-9 * std::max(scale(), found.extent);
    std::vector<bool> forwards;
    for (const double drift : found.drift)
      if (std::abs(drift) > least) forwards.push_back(drift > 0);
    if (found.status == SlowManifoldStatus::ring && !forwards.empty()) forwards.push_back(forwards.front());
    for (std::size_t i = 1; i < forwards.size(); ++i) {
      found.stablePoints += forwards[i - 1] && !forwards[i];
      found.otherPoints += !forwards[i - 1] && forwards[i];
    }
  }

  const FlowSystem& m_system;
  const std::vector<FixedPoint>& m_points;
  const SlowManifoldOptions& m_options;
  Progress& m_progress;
  SlowFinder m_finder;
  std::vector<SlowManifold> m_found, m_repelling;
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

// Orthonormal, of the differences of the columns, but for what is a twentieth of the largest.
Matrix spanOf(const Matrix& points) {
  const Matrix centred = points.colwise() - points.rowwise().mean();
  Eigen::ColPivHouseholderQR<Matrix> qr(centred);
  qr.setThreshold(0.05);
  return Matrix(qr.householderQ() * Matrix::Identity(points.rows(), qr.rank()));
}

}  // namespace

bool SlowManifold::holds(ConstVectorRef state) const {
  if (points.cols() == 0) return false;
  if (status != SlowManifoldStatus::plane)
    return distanceFromLine(state, points, status == SlowManifoldStatus::ring) <= 0.01 * extent;
  const Vector offset = state - points.rowwise().mean();
  // A closed surface bends out of as many directions as it has: it is sought in all that its points span.
  const Matrix within = closedDirections > 0 ? spanOf(points) : directions;
  const Vector inside = within.transpose() * offset;
  if ((offset - within * inside).norm() > 0.15 * extent) return false;
  if (inside.norm() <= 0.6 * extent) return true;
  // Followed from one of its corners it lies to one side of the mean of its rim.
  const Matrix rim = within.transpose() * (points.colwise() - points.rowwise().mean());
  return closedDirections == 0 && ((inside - rim.rowwise().maxCoeff()).array() <= 0.1 * extent).all() &&
         ((rim.rowwise().minCoeff() - inside).array() <= 0.1 * extent).all();
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
    found.message = sentenceOf(found, search.scale(), options.words);
  }
  return all;
}

SlowManifold findSlowManifold(const FlowSystem& system, const std::vector<FixedPoint>& points,
                              ConstMatrixRef activity, const SlowManifoldOptions& options,
                              Progress& progress) {
  return findSlowManifolds(system, points, activity, options, progress).front();
}

}  // namespace keyhole
