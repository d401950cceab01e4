#include "core/analysis/points/slow_curve.h"

#include "core/analysis/points/closing_test.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kSmallest = 1.0 / 1024;  // of a regular step

// Half the largest extent of a walk along the axes of y: about its radius.
class Spread {
 public:
  explicit Spread(const Vector& y) : m_low(y), m_high(y) {}
  void add(const Vector& y) {
    m_low = m_low.cwiseMin(y);
    m_high = m_high.cwiseMax(y);
  }
  double radius() const { return 0.5 * (m_high - m_low).norm() / std::sqrt(2.0); }

 private:
  Vector m_low, m_high;
};

}  // namespace

bool advancePlace(const FlowEquation& equation, double step, double scale, SlowPlace& place,
                  Vector& direction) {
  const Vector from = place.y;
  place.y += step * direction;
  if (!correctPlace(equation, scale, place)) return false;
  const Vector moved = place.y - from;
  Vector next = place.basis * (place.basis.transpose() * direction);
  const double aligned = next.norm();
  if (!(moved.norm() < 2 * step && moved.dot(direction) > 0.5 * step && aligned > 0.94)) return false;
  direction = next / aligned;
  return true;
}

SlowWalk walkSlowly(const FlowEquation& equation, const SlowPlace& start, const Vector& direction,
                    const SlowCurveLimits& limits) {
  SlowWalk walk;
  const ClosingTest closing(start.y, direction);
  SlowPlace now = start;
  Vector along = direction;
  Spread spread(start.y);
  double step = limits.step;
  for (;;) {
    if (static_cast<Index>(walk.points.size()) >= limits.maxSteps) {
      walk.reachedLimit = true;
      break;
    }
    if (limits.stop()) {
      walk.wasStopped = true;
      break;
    }
    SlowPlace next = now;
    Vector ahead = along;
    if (!advancePlace(equation, step, std::max(step, limits.step), next, ahead)) {
      step *= 0.5;
      if (step < kSmallest * limits.step) break;
      continue;
    }
    if (!isSlow(next, limits.rate) || !limits.isWithin(next.y)) break;
    if (closing.closes(now.y, next.y, ahead)) {
      walk.isClosed = true;
      break;
    }
    now = std::move(next);
    along = std::move(ahead);
    walk.points.push_back(now.y);
    spread.add(now.y);
    step = std::min(1.5 * step, std::max(limits.step, 0.05 * spread.radius()));
  }
  return walk;
}

SlowCurve followSlowCurve(const FlowEquation& equation, SlowPlace start, const SlowCurveLimits& limits) {
  const Vector direction = start.basis.col(0);
  const SlowWalk forwards = walkSlowly(equation, start, direction, limits);
  SlowCurve curve;
  curve.isClosed = forwards.isClosed;
  curve.wasStopped = forwards.wasStopped;
  if (!curve.isClosed && !curve.wasStopped) {
    const SlowWalk backwards = walkSlowly(equation, start, -direction, limits);
    curve.wasStopped = backwards.wasStopped;
    curve.points.assign(backwards.points.rbegin(), backwards.points.rend());
  }
  curve.points.push_back(start.y);
  curve.points.insert(curve.points.end(), forwards.points.begin(), forwards.points.end());
  return curve;
}

}  // namespace keyhole
