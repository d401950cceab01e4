#include "core/analysis/points/gain_walk.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

// Points (y, w s) in n + 1 dimensions, w the size.
class Walker {
 public:
  Walker(const FlowEquation& equation, const GainWalkOptions& options)
      : m_equation(equation), m_options(options), m_n(equation.size()), m_bordered(m_n + 1, m_n + 1) {}

  GainWalk run(const Vector& root, int direction, const std::function<bool()>& stop) {
    GainWalk walk;
    Vector now(m_n + 1);
    now << root, m_options.size;
    Vector along;
    if (!firstTangent(now, direction, along)) return finished(walk);
    double step = 0.02 * m_options.size;
    for (int i = 0; i < m_options.steps && !stop();) {
      Vector next = now + step * along, ahead = along;
      if (!corrected(next, ahead) || ahead.dot(along) < 0.9) {
        step *= 0.5;
        if (step < 1e-5 * m_options.size) break;
        continue;
      }
      const double before = gainAt(now) - 1, after = gainAt(next) - 1;
      if (i > 0 && before * after <= 0) {
        const double part = before == after ? 0 : before / (before - after);
        walk.end = now.head(m_n) + part * (next - now).head(m_n);
        walk.direction = after > before ? 1 : -1;
        break;
      }
      if (gainAt(next) < m_options.lowest || gainAt(next) > m_options.highest) break;
      now = std::move(next);
      along = std::move(ahead);
      step = std::min(1.5 * step, 0.2 * m_options.size);
      ++i;
    }
    return finished(walk);
  }

 private:
  double gainAt(const Vector& place) const { return place(m_n) / m_options.size; }

  GainWalk finished(GainWalk& walk) const {
    walk.factorisations = m_factorisations;
    return std::move(walk);
  }

  // f_s and [J_s, ∂f/∂s; alongᵀ].
  Vector residual(const Vector& place) {
    m_equation.evaluate(place.head(m_n), m_value);
    // L φ = f + y - c.
    m_recurrent = m_value.f + place.head(m_n) - m_equation.offset();
    return gainAt(place) * m_recurrent + m_equation.offset() - place.head(m_n);
  }

  void factor(const Vector& place, const Vector& along) {
    const double s = gainAt(place);
    m_bordered.topLeftCorner(m_n, m_n) = s * m_equation.jacobian(m_value);
    m_bordered.topLeftCorner(m_n, m_n).diagonal().array() += s - 1;
    m_bordered.topRightCorner(m_n, 1) = m_recurrent / m_options.size;
    m_bordered.bottomRows(1) = along.transpose();
    m_lu.compute(m_bordered);
    ++m_factorisations;
  }

  bool tangent(Vector& along) {
    const Vector next = m_lu.solve(Vector::Unit(m_n + 1, m_n));
    if (!next.allFinite()) return false;
    along = next.normalized();
    return true;
  }

  bool firstTangent(const Vector& place, int direction, Vector& along) {
    residual(place);
    along = Vector::Unit(m_n + 1, m_n) * direction;
    factor(place, along);
    return tangent(along);
  }

  // Newton's method across the direction, and the tangent at its end.
  bool corrected(Vector& place, Vector& along) {
    const Vector predicted = place;
    const double small = 1e-9 * m_options.size;
    Vector right(m_n + 1);
    for (int round = 0; round < 4; ++round) {
      right.head(m_n) = -residual(place);
      if (round > 0 && right.head(m_n).norm() <= small) return tangent(along);
      factor(place, along);
      right(m_n) = along.dot(predicted - place);
      const Vector move = m_lu.solve(right);
      if (!move.allFinite() || move.norm() > m_options.size) return false;
      place += move;
    }
    return false;
  }

  const FlowEquation& m_equation;
  const GainWalkOptions& m_options;
  const Index m_n;
  Matrix m_bordered;
  Eigen::PartialPivLU<Matrix> m_lu;
  FlowEquation::Value m_value;
  Vector m_recurrent;
  int m_factorisations = 0;
};

}  // namespace

GainWalk walkInGain(const FlowEquation& equation, const Vector& root, int direction,
                    const GainWalkOptions& options, const std::function<bool()>& stop) {
  return Walker(equation, options).run(root, direction, stop);
}

}  // namespace keyhole
