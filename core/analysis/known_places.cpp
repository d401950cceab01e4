#include "core/analysis/known_places.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kSamePlace = 0.02;  // of the scale: a run that stands so near to a point ends there
constexpr double kSameOrbit = 0.02;  // of a cycle's amplitude
constexpr double kSamePeriod = 1e-3;

// A line of fixed points that is no attractor, as of a Jordan block of λ = 1 in an affine system.
bool driftsForEver(const SlowManifold& one) {
  return one.isAtRest && one.drifting > 0;
}

bool attracts(const LimitCycle& cycle) {
  return cycle.status == CycleStatus::found && cycle.stability != CycleStability::unstable;
}

}  // namespace

Place KnownPlaces::affinePlace() const {
  constexpr double kGrows = 1e-6;
  if (!m_system.switching && !m_found.points.points.empty()) {
    const auto& values = m_found.points.points.front().local.eigenvalues;
    if (values.size() > 0 && values.real().maxCoeff() > 1 + kGrows) return {AttractorKind::divergence, 0};
  }
  if (m_found.centre.isFound())
    return {m_found.centre.drifts ? AttractorKind::divergence : AttractorKind::centre, 0};
  if (!m_found.continua.empty()) {
    const bool leaves = driftsForEver(m_found.continua.front());
    return {leaves ? AttractorKind::divergence : AttractorKind::continuum, 0};
  }
  const auto stable = m_found.stablePoints();
  return {stable.empty() ? AttractorKind::unresolved : AttractorKind::point, 0};
}

std::size_t KnownPlaces::familyOf(std::size_t c) const {
  const auto& cycles = m_found.cycles;
  if (cycles[c].stability != CycleStability::marginal) return c;
  for (std::size_t first = 0; first < c; ++first)
    if (cycles[first].status == CycleStatus::found && cycles[first].stability == CycleStability::marginal &&
        std::abs(cycles[first].period / cycles[c].period - 1) < kSamePeriod)
      return first;
  return c;
}

std::optional<std::size_t> KnownPlaces::cycleOfStart(Index k) const {
  for (std::size_t c = 0; c < m_found.cycles.size(); ++c) {
    const std::vector<Index>& starts = m_found.cycles[c].starts;
    if (attracts(m_found.cycles[c]) && std::count(starts.begin(), starts.end(), k) > 0) return c;
  }
  return {};
}

std::optional<Place> KnownPlaces::placeOf(const Vector& z) const {
  for (std::size_t i = 0; i < m_found.continua.size(); ++i)
    if (m_found.continua[i].holds(z)) return Place{AttractorKind::continuum, i};
  for (std::size_t c = 0; c < m_found.cycles.size(); ++c) {
    const LimitCycle& cycle = m_found.cycles[c];
    if (attracts(cycle) &&
        distanceFromOrbit(z, cycle.points) <= kSameOrbit * cycle.amplitude + sagittaOf(cycle.points))
      return Place{AttractorKind::cycle, familyOf(c)};
  }
  return restingPlace(z);
}

// A stable point, or one that cannot be told to be none, near which the run stands.
std::optional<Place> KnownPlaces::restingPlace(const Vector& z) const {
  if (!stands(z)) return {};
  std::optional<std::size_t> nearest;
  double distance = kSamePlace * m_found.scale;
  for (std::size_t i = 0; i < m_found.points.points.size(); ++i) {
    const FixedPoint& point = m_found.points.points[i];
    const bool repels =
        point.local.stability == Stability::saddle || point.local.stability == Stability::unstable;
    if (point.kind == PointKind::notConverged || repels) continue;
    const double apart = (point.position - z).norm();
    if (apart > distance) continue;
    distance = apart;
    nearest = i;
  }
  if (!nearest) return {};
  const bool stable = m_found.points.points[*nearest].kind == PointKind::fixed &&
                      m_found.points.points[*nearest].local.stability == Stability::stable;
  return Place{stable ? AttractorKind::point : AttractorKind::slowPoint, *nearest};
}

bool KnownPlaces::stands(const Vector& state) const {
  constexpr double kStands = 1e-4;
  return flow(m_system, state).norm() <= kStands * m_found.scale;
}

std::vector<Place> KnownPlaces::all() const {
  std::vector<Place> places;
  for (std::size_t i = 0; i < m_found.continua.size(); ++i)
    if (!driftsForEver(m_found.continua[i])) places.push_back({AttractorKind::continuum, i});
  for (std::size_t c = 0; c < m_found.cycles.size(); ++c)
    if (attracts(m_found.cycles[c]) && familyOf(c) == c) places.push_back({AttractorKind::cycle, c});
  for (std::size_t i = 0; i < m_found.points.points.size(); ++i) {
    const FixedPoint& point = m_found.points.points[i];
    if (point.kind == PointKind::fixed && point.local.stability == Stability::stable && point.continuum < 0 &&
        !m_found.isOnContinuum(point.position))
      places.push_back({AttractorKind::point, i});
  }
  return places;
}

}  // namespace keyhole
