#include "core/analysis/coexistence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace keyhole {
namespace {

constexpr double kSamePlace = 0.02;  // of the scale: a run that stands so near to a point ends there
constexpr double kSameOrbit = 0.02;  // of a cycle's amplitude
constexpr double kSamePeriod = 1e-3;
constexpr double kFurther = 200;  // τ that a run goes on before it is looked at again, and …
constexpr int kLooks = 5;         // … how often, in networks …
constexpr double kSmall = 100;    // … of up to so many units; in larger ones once, for as much work
constexpr double kStep = 0.05;    // τ
constexpr double kStands = 1e-4;  // of the scale per τ: slower runs stand

struct Place {
  AttractorKind kind;
  std::size_t index;
  bool operator==(const Place&) const = default;
};

// A line of fixed points that is no attractor, as of a Jordan block of λ = 1 in an affine system.
bool driftsForEver(const SlowManifold& one) {
  return one.isAtRest && one.drifting > 0;
}

class Teller {
 public:
  Teller(const FlowSystem& system, const LimitSets& runs, const LyapunovOptions& exponents, Index most,
         Attractors& found, Progress& progress)
      : m_system(system),
        m_runs(runs),
        m_exponents(exponents),
        m_left(most),
        m_found(found),
        m_progress(progress) {}

  void run() {
    const auto count = static_cast<std::size_t>(m_runs.ends.cols());
    std::vector<std::optional<Place>> places(count);
    for (std::size_t k = 0; k < count; ++k) places[k] = placeOf(static_cast<Index>(k));
    goOn(places);
    for (std::size_t k = 0; k < count; ++k) {
      if (!places[k]) places[k] = movingPlaceUnlessStopped(static_cast<Index>(k), count);
      if (places[k])
        note(*places[k], static_cast<Index>(k));
      else
        ++m_found.untoldRuns;
    }
    addUnvisited();
    finish();
  }

 private:
  std::optional<Place> placeOf(Index k) const {
    const LimitKind kind = m_runs.kinds[static_cast<std::size_t>(k)];
    if (kind == LimitKind::divergence || !m_runs.ends.col(k).allFinite())
      return Place{AttractorKind::divergence, 0};
    if (isAffine(m_system)) return affinePlace();
    return knownPlace(m_runs.ends.col(k));
  }

  // All runs of an affine system that do not diverge come to the same: its point, or the manifold through it.
  Place affinePlace() const {
    if (!m_found.continua.empty()) {
      const bool leaves = driftsForEver(m_found.continua.front());
      return {leaves ? AttractorKind::divergence : AttractorKind::continuum, 0};
    }
    const auto stable = m_found.stablePoints();
    return {stable.empty() ? AttractorKind::unresolved : AttractorKind::point, 0};
  }

  // Cycles of one period that are neither left nor approached are neighbours on a surface of cycles: the
  // first stands for all.
  std::size_t familyOf(std::size_t c) const {
    const auto& cycles = m_found.cycles;
    if (cycles[c].stability != CycleStability::marginal) return c;
    for (std::size_t first = 0; first < c; ++first)
      if (cycles[first].status == CycleStatus::found && cycles[first].stability == CycleStability::marginal &&
          std::abs(cycles[first].period / cycles[c].period - 1) < kSamePeriod)
        return first;
    return c;
  }

  // LimitCycle::starts are numbers of free runs here. One that was led to an unstable cycle is not on it.
  std::optional<std::size_t> cycleOfStart(Index k) const {
    for (std::size_t c = 0; c < m_found.cycles.size(); ++c) {
      const LimitCycle& cycle = m_found.cycles[c];
      const bool attracts = cycle.status == CycleStatus::found && cycle.stability != CycleStability::unstable;
      if (attracts && std::count(cycle.starts.begin(), cycle.starts.end(), k) > 0) return c;
    }
    return {};
  }

  std::optional<Place> knownPlace(const Vector& z) const {
    for (std::size_t i = 0; i < m_found.continua.size(); ++i)
      if (m_found.continua[i].holds(z)) return Place{AttractorKind::continuum, i};
    for (std::size_t c = 0; c < m_found.cycles.size(); ++c) {
      const LimitCycle& cycle = m_found.cycles[c];
      if (cycle.status == CycleStatus::found && cycle.stability != CycleStability::unstable &&
          distanceFromOrbit(z, cycle.points) <= kSameOrbit * cycle.amplitude + sagittaOf(cycle.points))
        return Place{AttractorKind::cycle, familyOf(c)};
    }
    return restingPlace(z);
  }

  // A stable point, or one that cannot be told to be none, near which the run stands.
  std::optional<Place> restingPlace(const Vector& z) const {
    if (flow(m_system, z).norm() > kStands * m_found.scale) return {};
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

  // Runs whose place is not known go on side by side until it is; where they stand then is m_last.
  void goOn(std::vector<std::optional<Place>>& places) {
    m_last = m_runs.ends;
    const double units = static_cast<double>(m_last.rows());
    const auto steps =
        static_cast<int>(std::min(kFurther, kFurther * kSmall * kSmall / (units * units)) / kStep);
    const int looks = units <= kSmall ? kLooks : 1;
    FreeRun run(m_system, kStep);
    for (int look = 0; look < looks; ++look) {
      std::vector<Index> open;
      for (std::size_t k = 0; k < places.size(); ++k)
        if (!places[k]) open.push_back(static_cast<Index>(k));
      if (open.empty()) return;
      Matrix now = m_last(Eigen::all, open), next = now;
      for (int t = 0; t < steps; ++t) {
        if (t % 20 == 0 && m_progress.stopRequested()) return;
        run.step(now, next);
        now.swap(next);
      }
      for (std::size_t i = 0; i < open.size(); ++i) {
        const auto k = static_cast<std::size_t>(open[i]);
        m_last.col(open[i]) = now.col(static_cast<Index>(i));
        if (!m_last.col(open[i]).allFinite())
          places[k] = Place{AttractorKind::divergence, 0};
        else
          places[k] = knownPlace(m_last.col(open[i]));
      }
    }
  }

  // What a stop cut short tells of no run.
  std::optional<Place> movingPlaceUnlessStopped(Index k, std::size_t count) {
    if (m_progress.stopRequested()) return {};
    m_progress.report(static_cast<double>(k) / static_cast<double>(count), "telling attractors apart");
    const Place place = movingPlace(k);
    if (m_progress.stopRequested()) return {};
    return place;
  }

  // A chaotic run from which Newton's method led to a cycle is not on it; a slow spiral towards one is.
  Place movingPlace(Index k) {
    if (const auto chaos = chaoticPlace(m_last.col(k))) return *chaos;
    if (const auto cycle = cycleOfStart(k)) return {AttractorKind::cycle, familyOf(*cycle)};
    return {AttractorKind::unresolved, 0};
  }

  std::optional<Place> chaoticPlace(const Vector& z) {
    const bool moves = flow(m_system, z).norm() > kStands * m_found.scale;
    if (!moves || m_left <= 0 || isAffine(m_system)) return {};
    --m_left;
    // The leading one tells; all that are asked for are found along the first run that is chaotic.
    LyapunovOptions leading = m_exponents;
    leading.count = 1;
    LyapunovSpectrum exponents = lyapunovExponents(m_system, z, leading, m_progress);
    if (!isPositive(exponents)) return {};
    if (m_found.chaos.empty() && m_exponents.count > 1)
      exponents = lyapunovExponents(m_system, z, m_exponents, m_progress);
    m_found.chaos.push_back(std::move(exponents));
    return Place{AttractorKind::chaos, 0};
  }

  void note(const Place& place, Index k) {
    for (std::size_t i = 0; i < m_places.size(); ++i)
      if (m_places[i] == place) return m_found.coexisting[i].runs.push_back(k);
    m_places.push_back(place);
    m_found.coexisting.push_back({place.kind, place.index, {k}, 0});
  }

  void addUnvisited() {
    const auto add = [&](AttractorKind kind, std::size_t index) {
      if (std::count(m_places.begin(), m_places.end(), Place{kind, index}) == 0)
        m_found.coexisting.push_back({kind, index, {}, 0});
    };
    for (std::size_t i = 0; i < m_found.continua.size(); ++i)
      if (!driftsForEver(m_found.continua[i])) add(AttractorKind::continuum, i);
    for (std::size_t c = 0; c < m_found.cycles.size(); ++c)
      if (m_found.cycles[c].status == CycleStatus::found &&
          m_found.cycles[c].stability != CycleStability::unstable)
        if (familyOf(c) == c) add(AttractorKind::cycle, c);
    for (std::size_t i = 0; i < m_found.points.points.size(); ++i) {
      const FixedPoint& point = m_found.points.points[i];
      if (point.kind == PointKind::fixed && point.local.stability == Stability::stable && point.continuum < 0)
        add(AttractorKind::point, i);
    }
  }

  void finish() {
    m_found.runs = m_runs.ends.cols();
    for (CoexistingAttractor& one : m_found.coexisting)
      one.share = static_cast<double>(one.runs.size()) / static_cast<double>(m_found.runs);
    std::stable_sort(m_found.coexisting.begin(), m_found.coexisting.end(),
                     [](const auto& a, const auto& b) { return a.runs.size() > b.runs.size(); });
    std::stable_sort(m_found.chaos.begin(), m_found.chaos.end(),
                     [](const auto& a, const auto& b) { return a.exponents(0) > b.exponents(0); });
    if (!m_found.chaos.empty()) m_found.exponents = m_found.chaos.front();
  }

  const FlowSystem& m_system;
  const LimitSets& m_runs;
  LyapunovOptions m_exponents;
  Index m_left;
  Attractors& m_found;
  Progress& m_progress;
  std::vector<Place> m_places;  // of found.coexisting
  Matrix m_last;                // where the runs stand, N x runs
};

}  // namespace

bool isPositive(const LyapunovSpectrum& exponents) {
  constexpr double kSmallest = 1e-3;
  if (exponents.status != LyapunovStatus::computed || exponents.exponents.size() == 0) return false;
  const double leading = exponents.exponents(0);
  return leading > kSmallest && leading > 2 * exponents.standardErrors(0);
}

void tellRunsApart(const FlowSystem& system, const LimitSets& runs, const LyapunovOptions& exponents,
                   Index most, Attractors& found, Progress& progress) {
  if (runs.ends.cols() == 0) return;
  Teller(system, runs, exponents, most, found, progress).run();
}

}  // namespace keyhole
