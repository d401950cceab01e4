#include "core/analysis/flow/root_search.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <cmath>

namespace keyhole {
namespace {

constexpr Index kSingleFrom = 64;  // unknowns from which factorisation dominates and single precision pays

// The solution of J step = -f, not longer than asked.
Vector newtonStep(const Matrix& J, const Vector& f, double longest) {
  Vector step;
  if (J.rows() < kSingleFrom) {
    step = -J.partialPivLu().solve(f);
  } else {
    const Eigen::PartialPivLU<Eigen::MatrixXf> lu(J.cast<float>());
    step = -lu.solve(f.cast<float>()).cast<double>();
    step -= lu.solve((J * step + f).cast<float>()).cast<double>();
  }
  const double length = step.norm();
  if (length > longest) step *= longest / length;
  return step;
}

class Search {
 public:
  Search(const FlowEquation& equation, ConstVectorRef start, const RootSearchOptions& options)
      : m_equation(equation), m_options(options) {
    m_found.y = start;
    equation.evaluate(m_found.y, m_found.value);
  }

  RootSearch run(const std::function<bool()>& stop) {
    while (m_found.iterations < m_options.iterations && !isRoot() && !m_ended && !stop()) {
      ++m_found.iterations;
      if (joinKnown()) continue;
      const Matrix J = m_equation.jacobian(m_found.value);
      if (q() < m_newtonBelow) {
        if (newton(J)) continue;
        m_newtonBelow = 0.01 * q();
      }
      levenberg(J);
    }
    m_found.isRoot = isRoot();
    m_found.isMinimum = m_found.isMinimum && !m_found.isRoot;
    m_found.gradient = (m_equation.jacobian(m_found.value).transpose() * m_found.value.f).norm();
    return std::move(m_found);
  }

 private:
  double q() const { return 0.5 * m_found.value.f.squaredNorm(); }
  bool isRoot() const { return m_found.value.f.norm() <= m_options.tolerance; }

  void accept(const Vector& y) {
    m_found.y = y;
    std::swap(m_found.value, m_trial);
  }

  // A step onto a known end, if one is near and lower.
  bool joinKnown() {
    if (!m_options.known) return false;
    for (const RootSearch& end : *m_options.known) {
      const double distance = (end.y - m_found.y).norm();
      if (distance > m_options.joinDistance || !(end.value.f.squaredNorm() < 2 * q())) continue;
      const int iterations = m_found.iterations;
      m_found = end;
      m_found.iterations = iterations;
      m_ended = true;
      return true;
    }
    return false;
  }

  // False if no step along Newton's direction decreases q enough.
  bool newton(const Matrix& J) {
    const Vector step = newtonStep(J, m_found.value.f, m_options.longestStep);
    if (!step.allFinite()) return false;
    double length = 1;
    for (int halvings = 0; halvings <= 6; ++halvings, length *= 0.5) {
      const Vector y = m_found.y + length * step;
      m_equation.evaluate(y, m_trial);
      // Along Newton's direction q falls at the rate 2 q.
      if (0.5 * m_trial.f.squaredNorm() <= (1 - 0.2 * length) * q()) {
        accept(y);
        return true;
      }
    }
    return false;
  }

  // One accepted step of the shifted Newton method on q, or the end of the search.
  void levenberg(const Matrix& J) {
    const Vector gradient = J.transpose() * m_found.value.f;
    const double slope = gradient.norm() / m_found.value.f.norm();
    const bool isStationary = slope <= m_options.gradientTolerance;
    const double scale = J.squaredNorm() / static_cast<double>(J.rows());
    if (isStationary) m_shift = 1e-8 * scale;
    if (J.rows() >= kSingleFrom && slope > 1e-5)
      m_ended = !shifted<Eigen::MatrixXf>(J, gradient, scale, false);
    else
      m_ended = !shifted<Matrix>(J, gradient, scale, isStationary);
  }

  // Raises the shift until a step is accepted. False: none is, or nothing is left to gain.
  template <typename Square>
  bool shifted(const Matrix& J, const Vector& gradient, double scale, bool isStationary) {
    using Scalar = typename Square::Scalar;
    Square hessian = m_equation.curvature(m_found.value).template cast<Scalar>();
    hessian.template selfadjointView<Eigen::Lower>().rankUpdate(
        Square(J.template cast<Scalar>().transpose()));
    for (int attempt = 0; attempt < 30; ++attempt) {
      Square work = hessian;
      work.diagonal().array() += static_cast<Scalar>(m_shift);
      const Eigen::LLT<Eigen::Ref<Square>, Eigen::Lower> factor(work);
      const bool isPositive = factor.info() == Eigen::Success;
      if (isStationary) {
        m_found.isMinimum = isPositive;
        return false;
      }
      if (isPositive) {
        const auto step = (-factor.solve(gradient.template cast<Scalar>())).eval();
        const auto pulled = (hessian.template selfadjointView<Eigen::Lower>() * step).eval();
        const Vector move = step.template cast<double>();
        const double predicted = -gradient.dot(move) - 0.5 * static_cast<double>(step.dot(pulled));
        if (tryStep(move, gradient, predicted, attempt == 0)) {
          if (m_shift < 1e-10 * scale) m_shift = 0;
          return true;
        }
      }
      m_shift = std::max(4 * m_shift, 1e-5 * scale);
    }
    return false;
  }

  bool tryStep(const Vector& step, const Vector& gradient, double predicted, bool shiftFitted) {
    if (!step.allFinite()) return false;
    Vector y = m_found.y + step;
    m_equation.evaluate(y, m_trial);
    const double before = q(), gained = before - 0.5 * m_trial.f.squaredNorm();
    if (predicted <= 1e-13 * before) {
      // q cannot resolve the step any more, its gradient can.
      const Vector next = m_equation.jacobian(m_trial).transpose() * m_trial.f;
      if (!(next.norm() < 0.5 * gradient.norm())) return false;
    } else if (!(gained >= 0.1 * predicted)) {
      return false;
    }
    accept(y);
    // Along a valley the shift makes steps short: longer ones are cheap to try.
    for (int doublings = 0; m_shift > 0 && gained > 0.5 * predicted && doublings < 5; ++doublings) {
      y += (1 << doublings) * step;
      m_equation.evaluate(y, m_trial);
      if (!(0.5 * m_trial.f.squaredNorm() < q())) break;
      accept(y);
    }
    if (shiftFitted && gained > 0.7 * predicted) m_shift *= gained > 0.95 * predicted ? 0.01 : 0.1;
    return true;
  }

  const FlowEquation& m_equation;
  RootSearchOptions m_options;
  RootSearch m_found;
  FlowEquation::Value m_trial;
  double m_newtonBelow = std::numeric_limits<double>::infinity();  // q under which Newton is tried
  double m_shift = 0;
  bool m_ended = false;
};

}  // namespace

RootSearch searchRoot(const FlowEquation& equation, ConstVectorRef start, const RootSearchOptions& options,
                      const std::function<bool()>& stop) {
  return Search(equation, start, options).run(stop);
}

}  // namespace keyhole
