#include "core/analysis/points/slow_sheet.h"

#include "core/common/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace keyhole {
namespace {

// Unit vectors in the k dimensions of the basis (n x k); the second half are the opposites of the first.
std::vector<Vector> raysOf(const Matrix& basis) {
  const Index k = basis.cols();
  std::vector<Vector> rays;
  if (k == 2) {
    for (int i = 0; i < 8; ++i) {
      const double angle = std::numbers::pi * i / 8;
      rays.emplace_back(Eigen::Vector2d(std::cos(angle), std::sin(angle)));
    }
  } else {
    for (Index i = 0; i < k; ++i) rays.emplace_back(Vector::Unit(k, i));
    // Of equal rates any basis is as good as another: these are the same for each.
    const Matrix fixed =
        basis.transpose() * RandomStream(1, Stream::probe, 29).normalMatrix(basis.rows(), 2 * k);
    for (Index i = 0; i < fixed.cols(); ++i)
      if (fixed.col(i).norm() > 0) rays.emplace_back(fixed.col(i).normalized());
  }
  const std::size_t half = rays.size();
  for (std::size_t i = 0; i < half; ++i) rays.push_back(-rays[i]);
  return rays;
}

struct Ray {
  double length = 0;
  bool isClosed = false, isEndless = false;
  std::vector<Vector> points;
};

Ray measured(const Vector& start, SlowWalk walk) {
  Ray ray{0, walk.isClosed, walk.reachedLimit, std::move(walk.points)};
  for (std::size_t i = 0; i < ray.points.size(); ++i)
    ray.length += (ray.points[i] - (i == 0 ? start : ray.points[i - 1])).norm();
  if (ray.isClosed && !ray.points.empty()) ray.length += (ray.points.back() - start).norm();
  return ray;
}

// Of two opposite rays.
double across(const Ray& a, const Ray& b) {
  if (a.isClosed && b.isClosed) return 0.5 * (a.length + b.length);
  if (a.isClosed || b.isClosed) return a.isClosed ? a.length : b.length;
  return a.length + b.length;
}

bool windsForEver(const Ray& a, const Ray& b) {
  return !a.isClosed && !b.isClosed && (a.isEndless || b.isEndless);
}

double diameterOf(const std::vector<Vector>& places) {
  const std::size_t stride = std::max<std::size_t>(1, places.size() / 400);
  double largest = 0;
  for (std::size_t i = 0; i < places.size(); i += stride)
    for (std::size_t j = 0; j < i; j += stride) largest = std::max(largest, (places[i] - places[j]).norm());
  return largest;
}

std::vector<Ray> soundedFrom(const FlowEquation& equation, const SlowPlace& start,
                             const SlowCurveLimits& limits, SlowSheet& sheet) {
  sheet.samples.push_back(start.y);
  std::vector<Ray> rays;
  for (const Vector& ray : raysOf(start.basis)) {
    const SlowWalk walk = walkSlowly(equation, start, start.basis * ray, limits);
    sheet.closedRays += walk.isClosed || walk.reachedLimit;
    sheet.wasStopped = sheet.wasStopped || walk.wasStopped;
    sheet.samples.insert(sheet.samples.end(), walk.points.begin(), walk.points.end());
    sheet.rim.push_back(walk.points.empty() ? start.y : walk.points.back());
    rays.push_back(measured(start.y, walk));
    if (sheet.wasStopped) break;
  }
  return rays;
}

void measure(const std::vector<Ray>& rays, SlowSheet& sheet) {
  const std::size_t half = rays.size() / 2;
  sheet.shortest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < half; ++i) {
    if (windsForEver(rays[i], rays[i + half])) continue;
    sheet.longest = std::max(sheet.longest, across(rays[i], rays[i + half]));
    sheet.shortest = std::min(sheet.shortest, across(rays[i], rays[i + half]));
  }
  if (std::isinf(sheet.shortest)) sheet.longest = sheet.shortest = diameterOf(sheet.samples);
}

// Half way along the longest pair of opposite rays, unless that is about where it began, or has no middle.
std::optional<Vector> middleOf(const std::vector<Ray>& rays) {
  const std::size_t half = rays.size() / 2;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < half; ++i) {
    if (rays[i].isClosed || rays[i + half].isClosed || windsForEver(rays[i], rays[i + half])) return {};
    if (across(rays[i], rays[i + half]) > across(rays[longest], rays[longest + half])) longest = i;
  }
  const Ray &a = rays[longest], &b = rays[longest + half];
  const Ray& longer = a.length > b.length ? a : b;
  const double from = 0.5 * std::abs(a.length - b.length);
  constexpr double kOff = 0.05;
  if (longer.points.empty() || from <= kOff * (a.length + b.length)) return {};
  double along = 0;
  for (std::size_t i = 1; i < longer.points.size(); ++i) {
    along += (longer.points[i] - longer.points[i - 1]).norm();
    if (along >= from) return longer.points[i];
  }
  return longer.points.front();
}

}  // namespace

std::optional<SlowPlace> slowPlaceAt(const FlowEquation& equation, const Vector& y, Index dimension,
                                     const SlowCurveLimits& limits) {
  SlowPlace place;
  place.y = y;
  FlowEquation::Value value;
  equation.evaluate(y, value);
  place.basis = slowBasis(equation.jacobian(value), dimension);
  if (place.basis.cols() < dimension || !correctPlace(equation, limits.step, place) ||
      !isSlow(place, limits.rate) || !limits.isWithin(place.y))
    return {};
  return place;
}

SlowSheet soundSheet(const FlowEquation& equation, const SlowPlace& start, const SlowCurveLimits& limits) {
  SlowSheet sheet;
  std::vector<Ray> rays = soundedFrom(equation, start, limits, sheet);
  if (sheet.wasStopped) return sheet;
  measure(rays, sheet);
  const auto middle = middleOf(rays);
  if (!middle) return sheet;
  const auto place = slowPlaceAt(equation, *middle, start.basis.cols(), limits);
  if (!place) return sheet;
  SlowSheet again;
  rays = soundedFrom(equation, *place, limits, again);
  if (again.wasStopped) return again;
  measure(rays, again);
  again.samples.insert(again.samples.end(), sheet.samples.begin(), sheet.samples.end());
  return again;
}

bool leadsTo(const FlowEquation& equation, const SlowPlace& start, const Vector& target,
             const SlowCurveLimits& limits) {
  constexpr int kMostSteps = 100;
  constexpr double kNear = 0.25, kAside = 0.3;  // of a step; of the way that is left
  SlowPlace now = start;
  const double step = std::max(limits.step, (target - start.y).norm() / 24);
  for (int i = 0; i < kMostSteps; ++i) {
    const Vector left = target - now.y;
    if (left.norm() <= kNear * step)
      return slowPlaceAt(equation, target, start.basis.cols(), limits).has_value();
    const Vector along = now.basis * (now.basis.transpose() * left);
    if (!(along.norm() > kAside * left.norm()) || limits.stop()) return false;
    Vector ahead = along.normalized();
    if (!advancePlace(equation, std::min(step, along.norm()), step, now, ahead)) return false;
    if (!isSlow(now, limits.rate) || !limits.isWithin(now.y)) return false;
  }
  return false;
}

}  // namespace keyhole
