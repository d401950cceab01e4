#include "core/analysis/points/slow_curve.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

struct Place {
  Vector y;
  Vector direction;  // unit, along the slow eigenvector
  double rate = 0;   // its λ - 1
};

// Newton's method from place.y, in the plane across its direction, on f(y) = s u, and u and λ - 1 at the end:
// with the same bordered matrix, J x = μ u and u·x = 1 is a step of inverse iteration. False if it does not
// settle.
bool correct(const FlowEquation& equation, double scale, Place& place) {
  const Index n = place.y.size();
  const Vector predicted = place.y;
  FlowEquation::Value value;
  Matrix bordered(n + 1, n + 1);
  Vector right(n + 1);
  double left = 0;
  for (int round = 0; round < 4; ++round) {
    equation.evaluate(place.y, value);
    bordered.topLeftCorner(n, n) = equation.jacobian(value);
    bordered.topRightCorner(n, 1) = -place.direction;
    bordered.bottomLeftCorner(1, n) = place.direction.transpose();
    bordered(n, n) = 0;
    const Eigen::PartialPivLU<Matrix> lu(bordered);
    for (int chord = 0; chord < 4; ++chord) {
      right.head(n) = -value.f;
      right(n) = place.direction.dot(predicted - place.y);
      const Vector move = lu.solve(right);
      if (!move.allFinite() || move.head(n).norm() > scale) return false;
      place.y += move.head(n);
      equation.evaluate(place.y, value);
      left = (value.f - move(n) * place.direction).norm();
      if (left <= 1e-12 * scale) break;
    }
    right.setZero();
    right(n) = 1;
    const Vector turned = lu.solve(right);
    const double length = turned.head(n).norm();
    if (!std::isfinite(length) || length == 0) return false;
    const Vector next = turned.head(n) / length;
    place.rate = turned(n) / (length * place.direction.dot(next));
    const double turn = (next - place.direction).norm();
    place.direction = next;
    if (left <= 1e-10 * scale && turn < 1e-6) return true;
  }
  return left <= 1e-8 * scale;
}

class Follower {
 public:
  Follower(const FlowEquation& equation, const SlowCurveLimits& limits)
      : m_equation(equation), m_limits(limits) {}

  // The points after `start`, which is not repeated.
  std::vector<Vector> follow(const Place& start, SlowCurve& curve) const {
    std::vector<Vector> points;
    Place now = start;
    double step = m_limits.step, travelled = 0;
    while (static_cast<Index>(points.size()) < m_limits.maxSteps) {
      if (m_limits.stop()) {
        curve.wasStopped = true;
        break;
      }
      Place next = now;
      if (!advance(now, step, next)) {
        step *= 0.5;
        if (step < m_limits.step / 16) break;
        continue;
      }
      if (std::abs(next.rate) > m_limits.rate || !m_limits.isWithin(next.y)) break;
      travelled += (next.y - now.y).norm();
      now = next;
      if (closes(start, now, step, travelled)) {
        curve.isClosed = true;
        break;
      }
      points.push_back(now.y);
      step = std::min(1.5 * step, m_limits.step);
    }
    return points;
  }

 private:
  // False if the corrector fails, moves back or away, or the direction turns by more than 20 degrees.
  bool advance(const Place& now, double step, Place& next) const {
    next.y = now.y + step * now.direction;
    if (!correct(m_equation, m_limits.step, next)) return false;
    if (next.direction.dot(now.direction) < 0) next.direction = -next.direction;
    const Vector moved = next.y - now.y;
    return moved.norm() < 2 * step && moved.dot(now.direction) > 0.5 * step &&
           next.direction.dot(now.direction) > 0.94;
  }

  // Back at the start, on the way on: within one step ahead of it.
  bool closes(const Place& start, const Place& now, double step, double travelled) const {
    const Vector ahead = start.y - now.y;
    return travelled > 5 * m_limits.step && ahead.norm() <= std::max(step, 0.5 * m_limits.step) * 1.05 &&
           now.direction.dot(start.direction) > 0.8;
  }

  const FlowEquation& m_equation;
  const SlowCurveLimits& m_limits;
};

}  // namespace

SlowCurve followSlowCurve(const FlowEquation& equation, const Vector& y, const Vector& direction,
                          const SlowCurveLimits& limits) {
  const Follower follower(equation, limits);
  Place start{y, direction, 0};
  SlowCurve curve;
  // The point of rest is on the curve if F = 0 there; a slow point need not be, exactly.
  if (!correct(equation, limits.step, start)) start = {y, direction, 0};
  const std::vector<Vector> forwards = follower.follow(start, curve);
  std::vector<Vector> backwards;
  if (!curve.isClosed && !curve.wasStopped) {
    Place turned = start;
    turned.direction = -turned.direction;
    backwards = follower.follow(turned, curve);
  }
  curve.points.assign(backwards.rbegin(), backwards.rend());
  curve.points.push_back(start.y);
  curve.points.insert(curve.points.end(), forwards.begin(), forwards.end());
  return curve;
}

}  // namespace keyhole
