#include "core/analysis/points/slow_sheet.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace keyhole {
namespace {

// Unit vectors in k dimensions; the second half are the opposites of the first.
std::vector<Vector> raysOf(Index k) {
  std::vector<Vector> rays;
  if (k == 2) {
    for (int i = 0; i < 8; ++i) {
      const double angle = std::numbers::pi * i / 8;
      rays.emplace_back(Eigen::Vector2d(std::cos(angle), std::sin(angle)));
    }
  } else {
    for (Index i = 0; i < k; ++i) rays.emplace_back(Vector::Unit(k, i));
  }
  const std::size_t half = rays.size();
  for (std::size_t i = 0; i < half; ++i) rays.push_back(-rays[i]);
  return rays;
}

struct Ray {
  double length = 0;
  bool isClosed = false, isEndless = false;
};

Ray measured(const Vector& start, const SlowWalk& walk) {
  Ray ray{0, walk.isClosed, walk.reachedLimit};
  const auto& points = walk.points;
  for (std::size_t i = 0; i < points.size(); ++i)
    ray.length += (points[i] - (i == 0 ? start : points[i - 1])).norm();
  if (walk.isClosed && !points.empty()) ray.length += (points.back() - start).norm();
  return ray;
}

// Of two opposite rays.
double across(const Ray& a, const Ray& b) {
  if (a.isClosed && b.isClosed) return 0.5 * (a.length + b.length);
  if (a.isClosed || b.isClosed) return a.isClosed ? a.length : b.length;
  return a.length + b.length;
}

}  // namespace

SlowSheet soundSheet(const FlowEquation& equation, const SlowPlace& start, const SlowCurveLimits& limits) {
  SlowSheet sheet;
  sheet.samples.push_back(start.y);
  const std::vector<Vector> rays = raysOf(start.basis.cols());
  std::vector<Ray> lengths;
  for (const Vector& ray : rays) {
    const SlowWalk walk = walkSlowly(equation, start, start.basis * ray, limits);
    sheet.closedRays += walk.isClosed;
    sheet.wasStopped = sheet.wasStopped || walk.wasStopped;
    sheet.samples.insert(sheet.samples.end(), walk.points.begin(), walk.points.end());
    sheet.rim.push_back(walk.points.empty() ? start.y : walk.points.back());
    lengths.push_back(measured(start.y, walk));
    if (sheet.wasStopped) return sheet;
  }
  const std::size_t half = rays.size() / 2;
  sheet.shortest = std::numeric_limits<double>::infinity();
  const auto isEndless = [&](std::size_t i) {
    const Ray &a = lengths[i], &b = lengths[i + half];
    return !a.isClosed && !b.isClosed && (a.isEndless || b.isEndless);
  };
  bool allEndless = true;
  for (std::size_t i = 0; i < half; ++i) allEndless = allEndless && isEndless(i);
  for (std::size_t i = 0; i < half; ++i) {
    if (isEndless(i) && !allEndless) continue;
    sheet.longest = std::max(sheet.longest, across(lengths[i], lengths[i + half]));
    sheet.shortest = std::min(sheet.shortest, across(lengths[i], lengths[i + half]));
  }
  return sheet;
}

}  // namespace keyhole
