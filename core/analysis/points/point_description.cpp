#include "core/analysis/points/point_description.h"

#include "core/common/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace keyhole {
namespace {

constexpr double kAtRest = 1e-8;  // ‖F‖/√D below which a point is slow whether it is a minimum of q or not

}  // namespace
PointKind kindOf(const RootSearch& end) {
  return end.isRoot ? PointKind::fixed : (end.isMinimum ? PointKind::slow : PointKind::notConverged);
}

bool isOneRoot(const FlowEquation& equation, ConstVectorRef a, ConstVectorRef b, double tolerance) {
  FlowEquation::Value value;
  for (const double part : {0.5, 0.25, 0.75}) {
    equation.evaluate((1 - part) * a + part * b, value);
    if (value.f.norm() > 2 * tolerance) return false;
  }
  return true;
}

FixedPoint describedPoint(const FlowSystem& system, const FlowEquation& equation, const RootSearch& end,
                          Index starts, const FixedPointOptions& options) {
  FixedPoint point;
  point.position = equation.stateOf(end.y);
  const Vector F = flow(system, point.position);
  const double root = std::sqrt(static_cast<double>(F.size()));
  point.residual = F.norm();
  point.q = 0.5 * F.squaredNorm();
  point.gradient = end.gradient;
  point.starts = starts;
  point.iterations = end.iterations;
  if (point.residual <= options.tolerance * root)
    point.kind = PointKind::fixed;
  else if ((end.isMinimum || point.residual <= kAtRest * root) && point.residual <= options.slowSpeed * root)
    point.kind = PointKind::slow;
  return point;
}

Index pointsLinearisedSoon(const FlowSystem& system) {
  constexpr double kWork = 1e9;  // multiplications
  const auto* factors = std::get_if<LowRankForm>(&system.network.form());
  const auto D = static_cast<double>(system.network.size());
  const double each =
      factors ? D * static_cast<double>(factors->M.cols() * factors->M.cols()) : 25 * D * D * D;
  return static_cast<Index>(std::min(1e6, kWork / (each + 2000)));
}

bool linearisePoints(FixedPoints& found, const FlowSystem& system, const FixedPointOptions& options,
                     Index most, Progress& progress) {
  const auto count = std::min(found.points.size(), static_cast<std::size_t>(most));
  std::atomic<bool> stopped = found.status == FixedPointStatus::stopped;
  const bool wasStopped = stopped;
  const auto caller = std::this_thread::get_id();
  parallelFor(count, [&](std::size_t i) {
    if (std::this_thread::get_id() == caller && progress.stopRequested()) stopped = true;
    if (std::this_thread::get_id() == caller && !stopped) {
      progress.report(0.9 + 0.1 * static_cast<double>(i) / static_cast<double>(count), "eigenvalues there");
      if (progress.stopRequested()) stopped = true;
    }
    FixedPoint& point = found.points[i];
    if (!stopped && point.local.stability == Stability::unknown && point.position.allFinite())
      point.local = linearised(system, point.position, options.marginalBand, options.maxModes);
  });
  return wasStopped || !stopped;
}

void sortPoints(std::vector<FixedPoint>& points) {
  std::stable_sort(points.begin(), points.end(), [](const FixedPoint& a, const FixedPoint& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.starts > b.starts;
  });
}

void countPoints(FixedPoints& found, const std::function<bool(ConstVectorRef z)>& isOnContinuum) {
  found.census.fixed = found.census.stable = found.census.unlinearised = found.census.onContinua = 0;
  for (const FixedPoint& point : found.points) {
    if (point.kind != PointKind::fixed) continue;
    if (isOnContinuum && isOnContinuum(point.position)) {
      ++found.census.onContinua;
      continue;
    }
    ++found.census.fixed;
    found.census.stable += point.local.stability == Stability::stable;
    found.census.unlinearised += point.local.stability == Stability::unknown;
  }
}

std::string counted(Index count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace keyhole
