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

double lengthOf(const Vector& start, const std::vector<Vector>& points) {
  double length = 0;
  for (std::size_t i = 0; i < points.size(); ++i)
    length += (points[i] - (i == 0 ? start : points[i - 1])).norm();
  return length;
}

}  // namespace

SlowSheet soundSheet(const FlowEquation& equation, const SlowPlace& start, const SlowCurveLimits& limits) {
  SlowSheet sheet;
  sheet.samples.push_back(start.y);
  const std::vector<Vector> rays = raysOf(start.basis.cols());
  std::vector<double> lengths;
  for (const Vector& ray : rays) {
    const SlowWalk walk = walkSlowly(equation, start, start.basis * ray, limits);
    sheet.closedRays += walk.isClosed;
    sheet.wasStopped = sheet.wasStopped || walk.wasStopped;
    sheet.samples.insert(sheet.samples.end(), walk.points.begin(), walk.points.end());
    sheet.rim.push_back(walk.points.empty() ? start.y : walk.points.back());
    lengths.push_back(lengthOf(start.y, walk.points));
    if (sheet.wasStopped) return sheet;
  }
  const std::size_t half = rays.size() / 2;
  sheet.shortest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < half; ++i) {
    const double across = lengths[i] + lengths[i + half];
    sheet.longest = std::max(sheet.longest, across);
    sheet.shortest = std::min(sheet.shortest, across);
  }
  return sheet;
}

}  // namespace keyhole
