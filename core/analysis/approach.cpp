#include "core/analysis/approach.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace keyhole {
namespace {

// Of the multipliers but the trivial one, the largest decides.
double rateOf(const LimitCycle& cycle) {
  double largest = 0;
  for (Index i = 0; i < cycle.multipliers.size(); ++i)
    if (i != cycle.trivial) largest = std::max(largest, std::abs(cycle.multipliers(i)));
  return largest > 0 && largest < 1 ? -std::log(largest) / cycle.period : 0;
}

double rateOf(const FixedPoint& point) {
  if (point.local.eigenvalues.size() == 0) return 0;
  return 1 - point.local.eigenvalues.real().maxCoeff();
}

}  // namespace

std::optional<Approach> nearestAttractor(const Attractors& found, ConstVectorRef state) {
  std::optional<Approach> nearest;
  const auto consider = [&](const Approach& one) {
    if (!(one.rate > 0) || !(one.size > 0)) return;
    if (!nearest || one.distance / one.size < nearest->distance / nearest->size) nearest = one;
  };
  for (std::size_t c = 0; c < found.cycles.size(); ++c) {
    const LimitCycle& cycle = found.cycles[c];
    if (cycle.status == CycleStatus::found && cycle.stability == CycleStability::stable)
      consider(
          {AttractorKind::cycle, c, distanceFromOrbit(state, cycle.points), cycle.amplitude, rateOf(cycle)});
  }
  for (std::size_t i = 0; i < found.points.points.size(); ++i) {
    const FixedPoint& point = found.points.points[i];
    if (point.kind == PointKind::fixed && point.local.stability == Stability::stable && point.continuum < 0)
      consider({AttractorKind::point, i, (point.position - state).norm(), found.scale, rateOf(point)});
  }
  return nearest;
}

bool isOnItsWay(const std::vector<Approach>& looks, double interval) {
  constexpr double kNear = 0.3, kSlowest = 0.4, kFastest = 2.5;
  if (looks.size() < 3) return false;
  const Approach &first = looks[looks.size() - 3], &second = looks[looks.size() - 2], &last = looks.back();
  const bool same = first.kind == last.kind && first.index == last.index && second.kind == last.kind &&
                    second.index == last.index;
  if (!same || !(first.distance > second.distance && second.distance > last.distance)) return false;
  if (!(first.distance <= kNear * first.size)) return false;
  const double rate = std::log(first.distance / last.distance) / (2 * interval);
  return rate >= kSlowest * last.rate && rate <= kFastest * last.rate;
}

bool isOnItsWayToMarginal(const std::vector<Approach>& looks) {
  constexpr double kNear = 0.3, kFallen = 0.9, kAlike = 1.5;
  if (looks.size() < 12) return false;
  const std::size_t last = looks.size() - 1, first = last / 4, middle = (first + last) / 2;
  const auto same = [&](const Approach& one) { return one.index == looks[last].index; };
  if (!std::all_of(looks.begin() + static_cast<std::ptrdiff_t>(first), looks.end(), same)) return false;
  // Over some looks each, for an orbit that is no circle is now nearer and now farther.
  const auto meanAt = [&](std::size_t at) {
    double sum = 0;
    for (std::size_t i = at; i < at + 3; ++i) sum += 1 / (looks[i].distance * looks[i].distance);
    return sum / 3;
  };
  const double a = meanAt(first), b = meanAt(middle - 1), c = meanAt(last - 2);
  if (!(c * kNear * kNear * looks[last].size * looks[last].size >= 1) || !(a <= kFallen * kFallen * c))
    return false;
  const double early = (b - a) / static_cast<double>(middle - 1 - first),
               late = (c - b) / static_cast<double>(last - 2 - (middle - 1));
  return early > 0 && late > 0 && late <= kAlike * early && early <= kAlike * late;
}

}  // namespace keyhole
