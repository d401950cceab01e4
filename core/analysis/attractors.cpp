#include "core/analysis/attractors.h"

#include "core/common/error.h"

#include <algorithm>
#include <chrono>

namespace keyhole {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Index kSmall = 100;  // units up to which a dense network is no burden

bool isLarge(const FlowSystem& system) {
  return system.network.size() > kSmall && !std::holds_alternative<LowRankForm>(system.network.form());
}

// From the activity and from where free runs ended; and, since a network without a drive is odd, from the
// mirror images of both: what lies on the other side of 0 is there even if the activity never goes.
Matrix startsFor(const FlowSystem& system, ConstMatrixRef activity, const LimitSets* runs,
                 const AttractorOptions& options) {
  const bool odd = system.drive.size() == 0 && !system.switching;
  const Index fromActivity = odd ? std::max<Index>(options.starts / 2, 1) : options.starts;
  const Matrix drawn = fixedPointStarts(activity, fromActivity, options.spread, options.seed);
  Matrix ends(activity.rows(), 0);
  if (runs && runs->ends.size() > 0 && runs->ends.allFinite()) ends = runs->ends;
  Matrix starts(activity.rows(), (odd ? 2 : 1) * (drawn.cols() + ends.cols()));
  starts.leftCols(drawn.cols() + ends.cols()) << drawn, ends;
  if (odd) starts.rightCols(drawn.cols() + ends.cols()) = -starts.leftCols(drawn.cols() + ends.cols());
  return starts;
}

// The runs that did not come to rest, those that oscillate first.
std::vector<Index> movingRuns(const LimitSets& runs, Index most) {
  std::vector<Index> chosen;
  for (const LimitKind kind : {LimitKind::oscillation, LimitKind::slow})
    for (std::size_t k = 0; k < runs.kinds.size(); ++k)
      if (runs.kinds[k] == kind && static_cast<Index>(chosen.size()) < most)
        chosen.push_back(static_cast<Index>(k));
  return chosen;
}

std::vector<LimitCycle> cyclesOf(const FlowSystem& system, const LimitSets& runs, Index most,
                                 Progress& progress) {
  const std::vector<Index> chosen = movingRuns(runs, most);
  if (chosen.empty()) return {};
  LimitCycleOptions options;
  options.runs.settle = 0;  // they ran long enough
  if (isLarge(system)) options.attempts = 1;
  return findLimitCycles(system, runs.ends(Eigen::all, chosen), options, progress);
}

Vector longestRun(const LimitSets* runs, ConstMatrixRef activity) {
  if (!runs || runs->ends.cols() == 0) return activity.rightCols(1);
  const std::vector<Index> moving = movingRuns(*runs, 1);
  return runs->ends.col(moving.empty() ? 0 : moving.front());
}

LyapunovSpectrum exponentsOf(const FlowSystem& system, const Vector& start, Progress& progress) {
  LyapunovOptions options;
  options.count = 3;
  if (isLarge(system)) {
    options.count = 2;
    options.transient = 20;
    options.duration = 200;
  }
  options.count = std::min<Index>(options.count, system.network.size());
  return lyapunovExponents(system, start, options, progress);
}

}  // namespace

Attractors findAttractors(const FlowSystem& system, ConstMatrixRef activity, const LimitSets* runs,
                          const AttractorOptions& options, Progress& progress) {
  const auto start = Clock::now();
  Attractors found;
  // A part that was stopped returns what it has; nothing is begun after it.
  const auto begin = [&](double fraction, std::string_view what) {
    progress.throwIfStopped();
    progress.checkpoint(fraction, what);
  };
  begin(0, "looking for points of rest");
  found.points = findFixedPoints(system, startsFor(system, activity, runs, options), {}, progress);
  begin(0.4, "closing orbits");
  if (runs && !isAffine(system)) found.cycles = cyclesOf(system, *runs, options.cycleStarts, progress);
  begin(0.6, "following slow points");
  SlowManifoldOptions slow;
  slow.persistentTau = options.persistentTau;
  const bool varies = activity.cols() >= 3 && (activity.colwise() - activity.col(0)).norm() > 0;
  if (varies) found.line = findSlowManifold(system, found.points.points, activity, slow, progress);
  begin(0.7, "averaging Lyapunov exponents");
  const Vector end = longestRun(runs, activity);
  if (end.allFinite()) found.exponents = exponentsOf(system, end, progress);
  begin(1, "attractors found");
  found.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return found;
}

std::vector<const FixedPoint*> Attractors::stablePoints() const {
  std::vector<const FixedPoint*> stable;
  for (const FixedPoint& point : points.points)
    if (point.kind == PointKind::fixed && point.local.stability == Stability::stable)
      stable.push_back(&point);
  return stable;
}

std::vector<const LimitCycle*> Attractors::stableCycles() const {
  std::vector<const LimitCycle*> stable;
  for (const LimitCycle& cycle : cycles)
    if (cycle.status == CycleStatus::found && cycle.stability != CycleStability::unstable)
      stable.push_back(&cycle);
  return stable;
}

bool Attractors::hasLine() const {
  return line.status == SlowManifoldStatus::line || line.status == SlowManifoldStatus::ring;
}

bool Attractors::isChaotic() const {
  if (exponents.status != LyapunovStatus::computed || exponents.exponents.size() == 0) return false;
  constexpr double kSmallest = 1e-3;
  const double leading = exponents.exponents(0);
  return stableCycles().empty() && leading > kSmallest && leading > 2 * exponents.standardErrors(0);
}

}  // namespace keyhole
