#include "core/analysis/points/deflated_search.h"

#include <Eigen/LU>

#include <cmath>

namespace keyhole {
namespace {

constexpr int kMostSteps = 40;

// ∇ log m · step.
double pull(const Vector& y, const Vector& step, const std::vector<Vector>& known, double reach) {
  double sum = 0;
  for (const Vector& root : known) {
    const Vector apart = y - root;
    const double square = std::max(apart.squaredNorm(), 1e-300);
    sum -= 2 * reach * reach * apart.dot(step) / (square * (reach * reach + square));
  }
  return sum;
}

}  // namespace

DeflatedSearch searchDeflated(const FlowEquation& equation, Vector start, const std::vector<Vector>& known,
                              double reach, double longest, const std::function<bool()>& stop) {
  DeflatedSearch found;
  found.y = std::move(start);
  FlowEquation::Value value;
  while (found.iterations < kMostSteps && !stop()) {
    ++found.iterations;
    equation.evaluate(found.y, value);
    if (value.f.norm() <= 1e-6 * longest) {
      found.isNear = true;
      return found;
    }
    Vector step = -equation.jacobian(value).partialPivLu().solve(value.f);
    const double factor = 1 / (1 - pull(found.y, step, known, reach));
    step *= factor;
    const double length = step.norm();
    if (!std::isfinite(length)) return found;
    if (length > longest) step *= longest / length;
    found.y += step;
  }
  return found;
}

}  // namespace keyhole
