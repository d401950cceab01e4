#include "core/analysis/coexistence.h"

#include "core/analysis/approach.h"
#include "core/analysis/cycles/moving_runs.h"
#include "core/analysis/flow/tangent.h"
#include "core/analysis/known_places.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace keyhole {
namespace {

constexpr double kReturns = 0.02;       // of a cycle's amplitude: so near a run is back
constexpr Index kSmallForOrbits = 100;  // units up to which closing orbits is no burden
constexpr double kLongest = 4000;       // τ that runs go on which are on nothing known …
constexpr double kWork = 4e10;          // … and how many multiplications that may cost, about 4 seconds
constexpr double kLookTime = 100;       // τ from one look at where they are to the next
constexpr double kPlainTime = 1000;     // τ after which a run is chaotic if its exponent …
constexpr double kPlain = 0.02;         // … is above that, and …
constexpr double kPlainErrors = 6;      // … above so many standard errors: it need not go on
constexpr double kAverage = 200;        // τ over which an exponent tells at least, of all runs side by side

class Teller {
 public:
  Teller(const FlowSystem& system, const LimitSets& runs, const TellingOptions& options, Attractors& found,
         Progress& progress)
      : m_system(system),
        m_runs(runs),
        m_options(options),
        m_left(options.chaoticRuns),
        m_found(found),
        m_known(system, found),
        m_progress(progress) {}

  void run() {
    const auto count = static_cast<std::size_t>(m_runs.ends.cols());
    m_at.resize(count);
    for (std::size_t k = 0; k < count; ++k) m_at[k] = placeOf(static_cast<Index>(k));
    m_last = m_runs.ends;
    m_leading.resize(count);
    m_looks.resize(count);
    m_marginal.resize(count);
    followOpen();
    tellChaos();
    closeMore();
    tellRegular();
    for (std::size_t k = 0; k < count; ++k) {
      if (!m_at[k] && !m_progress.stopRequested()) m_at[k] = Place{AttractorKind::unresolved, 0};
      if (m_at[k])
        note(*m_at[k], static_cast<Index>(k));
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
    if (isAffine(m_system)) return m_known.affinePlace();
    return m_known.placeOf(m_runs.ends.col(k));
  }

  std::vector<Index> openRuns() const {
    std::vector<Index> open;
    for (std::size_t k = 0; k < m_at.size(); ++k)
      if (!m_at[k]) open.push_back(static_cast<Index>(k));
    return open;
  }

  void report(double fraction) { m_progress.report(fraction, "telling attractors apart"); }

  // Runs whose place is not known go on side by side until it is; where they stand then is m_last.
  void followOpen() {
    std::vector<Index> open = openRuns();
    if (open.empty()) return;
    if (m_system.switching) return followSwitching(open);
    MovingRuns runs(m_system, m_last(Eigen::all, open), 1);
    m_isStiff = m_found.isStiff = runs.isTooStiff();
    if (m_isStiff) return;
    double left = kWork;
    while (!open.empty() && runs.time() < kLongest && left > 0) {
      report(0.7 * std::max(runs.time() / kLongest, 1 - left / kWork));
      left -= kLookTime * runs.costPerTime();
      if (!runs.advance(kLookTime, m_progress)) return;
      std::vector<Index> kept;
      for (std::size_t i = 0; i < open.size(); ++i)
        if (!look(runs, static_cast<Index>(i), open[i])) kept.push_back(static_cast<Index>(i));
      if (kept.size() < open.size()) {
        runs.keep(kept);
        for (std::size_t i = 0; i < kept.size(); ++i) open[i] = open[static_cast<std::size_t>(kept[i])];
        open.resize(kept.size());
      }
    }
    for (std::size_t i = 0; i < open.size(); ++i)
      m_leading[static_cast<std::size_t>(open[i])] =
          runs.exponents(static_cast<Index>(i), m_options.exponents.words);
  }

  // Whether that told where run k, the i-th of those that go on, ends.
  bool look(const MovingRuns& runs, Index i, Index k) {
    const auto run = static_cast<std::size_t>(k);
    const Vector z = runs.states().col(i);
    if (!z.allFinite()) {
      m_at[run] = Place{AttractorKind::divergence, 0};
      return true;
    }
    m_last.col(k) = z;
    m_at[run] = m_known.placeOf(z);
    if (m_at[run]) return true;
    if (const auto near = nearestAttractor(m_found, z)) m_looks[run].push_back(*near);
    m_marginal[run].push_back(nearestMarginal(z));
    if (runs.time() < kPlainTime) return false;
    const LyapunovSpectrum leading = runs.exponents(i, m_options.exponents.words);
    const bool plain = leading.exponents.size() > 0 && leading.exponents(0) > kPlain &&
                       leading.exponents(0) > kPlainErrors * leading.standardErrors(0);
    if (plain) m_leading[run] = leading;
    return plain;
  }

  // A field with jumps has no deviations to carry.
  void followSwitching(const std::vector<Index>& open) {
    constexpr double kStep = 0.05;
    FreeRun run(m_system, kStep);
    Matrix now = m_last(Eigen::all, open), next = now;
    for (double time = 0; time < kLongest / 4; time += kLookTime) {
      report(0.7 * 4 * time / kLongest);
      for (int t = 0; t < static_cast<int>(kLookTime / kStep); ++t) {
        if (t % 20 == 0 && m_progress.stopRequested()) return;
        run.step(now, next);
        now.swap(next);
      }
      for (std::size_t i = 0; i < open.size(); ++i) {
        const auto k = static_cast<std::size_t>(open[i]);
        if (m_at[k]) continue;
        const Vector z = now.col(static_cast<Index>(i));
        m_last.col(open[i]) = z;
        m_at[k] = z.allFinite() ? m_known.placeOf(z) : Place{AttractorKind::divergence, 0};
      }
    }
  }

  // Of networks in which following all side by side is too much work, a few runs one by one.
  void tellChaos() {
    for (const Index k : openRuns()) {
      if (m_progress.stopRequested()) return;
      LyapunovSpectrum& leading = m_leading[static_cast<std::size_t>(k)];
      if (leading.duration < kAverage && m_left > 0 && moves(k)) {
        --m_left;
        LyapunovOptions one = m_options.exponents;
        one.count = 1;
        leading = lyapunovExponents(m_system, m_last.col(k), one, m_progress);
      }
      if (m_progress.stopRequested()) return;
      if (isPositive(leading)) addChaos(k);
    }
  }

  bool moves(Index k) const { return !m_system.switching && !m_isStiff && !m_known.stands(m_last.col(k)); }

  // All exponents that are asked for are found along the first run that is chaotic.
  void addChaos(Index k) {
    LyapunovSpectrum exponents = m_leading[static_cast<std::size_t>(k)];
    if (m_found.chaos.empty() && m_options.exponents.count > 1) {
      LyapunovSpectrum more = lyapunovExponents(m_system, m_last.col(k), m_options.exponents, m_progress);
      if (m_progress.stopRequested()) return;
      if (isPositive(more)) exponents = std::move(more);
    }
    m_found.chaos.push_back(std::move(exponents));
    m_at[static_cast<std::size_t>(k)] = Place{AttractorKind::chaos, 0};
  }

  // Runs that are not chaotic are closed to cycles from where they have come to; then all are looked at
  // again.
  void closeMore() {
    std::vector<Index> open = openRuns();
    std::erase_if(open, [this](Index k) { return !moves(k); });
    if (open.empty() || isAffine(m_system) || m_progress.stopRequested()) return;
    std::vector<Index> chosen = open;
    const Index most =
        std::min<Index>(m_options.cycleStarts, m_system.network.size() > kSmallForOrbits ? 2 : 4);
    LimitCycleOptions once = m_options.cycles;
    once.attempts = 1;
    if (std::ssize(chosen) > most) chosen.resize(static_cast<std::size_t>(most));
    report(0.7);
    auto cycles = findLimitCycles(m_system, m_last(Eigen::all, chosen), once, m_progress);
    if (m_progress.stopRequested()) return;
    for (LimitCycle& cycle : cycles)
      if (cycle.status == CycleStatus::found) addCycle(std::move(cycle), chosen);
    for (const Index k : open)
      if (!m_at[static_cast<std::size_t>(k)])
        m_at[static_cast<std::size_t>(k)] = m_known.placeOf(m_last.col(k));
  }

  // Before the entries that say how others were not found.
  void addCycle(LimitCycle cycle, const std::vector<Index>& chosen) {
    for (Index& start : cycle.starts) start = chosen[static_cast<std::size_t>(start)];
    const auto isFound = [](const LimitCycle& one) { return one.status == CycleStatus::found; };
    for (LimitCycle& known : m_found.cycles) {
      if (!isFound(known) || !isSameOrbit(known, cycle)) continue;
      known.starts.insert(known.starts.end(), cycle.starts.begin(), cycle.starts.end());
      return;
    }
    for (LimitCycle& known : m_found.cycles)
      if (!isFound(known))
        std::erase_if(known.starts,
                      [&](Index k) { return std::count(cycle.starts.begin(), cycle.starts.end(), k) > 0; });
    std::erase_if(m_found.cycles, [&](const LimitCycle& one) { return !isFound(one) && one.starts.empty(); });
    m_found.cycles.insert(std::find_if_not(m_found.cycles.begin(), m_found.cycles.end(), isFound),
                          std::move(cycle));
  }

  // On a surface of marginal cycles two exponents vanish, too; but there a run is back after their period.
  std::optional<std::size_t> marginalCycleOf(Index k) const {
    const SmoothFlow field = smoothFlow(m_system);
    for (std::size_t c = 0; c < m_found.cycles.size(); ++c) {
      const LimitCycle& cycle = m_found.cycles[c];
      if (cycle.status != CycleStatus::found || cycle.stability != CycleStability::marginal) continue;
      constexpr double kStep = 0.05;
      const double steps = std::ceil(cycle.period / kStep);
      SmoothStepper stepper(field);
      Matrix state = m_last.col(k);
      for (double i = 0; i < steps; i += 1) stepper.step(cycle.period / steps, state);
      if ((state.col(0) - m_last.col(k)).norm() < kReturns * cycle.amplitude) return m_known.familyOf(c);
    }
    return {};
  }

  // The marginal points next to which states turn: they attract slower than exponentially, if they do.
  Approach nearestMarginal(const Vector& z) const {
    Approach nearest{AttractorKind::slowPoint, 0, std::numeric_limits<double>::infinity(), m_found.scale, 0};
    for (std::size_t i = 0; i < m_found.points.points.size(); ++i) {
      const FixedPoint& point = m_found.points.points[i];
      if (point.kind != PointKind::fixed || point.local.stability != Stability::marginal) continue;
      const double distance = (point.position - z).norm();
      if (distance < nearest.distance) nearest = {AttractorKind::slowPoint, i, distance, m_found.scale, 0};
    }
    return nearest;
  }

  // On its way to something known, at the rate at which that attracts; or led to a cycle by Newton's method:
  // a slow spiral towards it; or on a torus; or not told.
  void tellRegular() {
    for (const Index k : openRuns()) {
      const auto& looks = m_looks[static_cast<std::size_t>(k)];
      auto& at = m_at[static_cast<std::size_t>(k)];
      if (isOnItsWay(looks, kLookTime))
        at = looks.back().kind == AttractorKind::cycle
                 ? Place{AttractorKind::cycle, m_known.familyOf(looks.back().index)}
                 : Place{looks.back().kind, looks.back().index};
      else if (isOnItsWayToMarginal(m_marginal[static_cast<std::size_t>(k)]))
        at = Place{AttractorKind::slowPoint, m_marginal[static_cast<std::size_t>(k)].back().index};
      else if (const auto cycle = m_known.cycleOfStart(k))
        at = Place{AttractorKind::cycle, m_known.familyOf(*cycle)};
    }
    std::vector<Index> open = openRuns();
    std::erase_if(open, [this](Index k) { return !moves(k); });
    if (open.empty() || m_system.network.size() < 3 || m_progress.stopRequested()) return;
    constexpr double kAveraged = 1400;  // τ, a quarter of which is dropped
    constexpr Index kCount = 3;
    MovingRuns runs(m_system, m_last(Eigen::all, open), kCount);
    const double time = std::min(kAveraged, std::floor(0.5 * kWork / runs.costPerTime()));
    if (0.75 * time < kAverage) return;
    for (double done = 0; done < time; done += kLookTime) {
      report(0.8 + 0.2 * done / time);
      if (!runs.advance(std::min(kLookTime, time - done), m_progress)) return;
    }
    for (std::size_t i = 0; i < open.size(); ++i) {
      LyapunovSpectrum exponents = runs.exponents(static_cast<Index>(i), m_options.exponents.words);
      if (exponents.duration < kAverage || !isTorus(exponents)) continue;
      if (const auto family = marginalCycleOf(open[i])) {
        m_at[static_cast<std::size_t>(open[i])] = Place{AttractorKind::cycle, *family};
        continue;
      }
      m_found.tori.push_back(std::move(exponents));
      m_at[static_cast<std::size_t>(open[i])] = Place{AttractorKind::torus, 0};
    }
  }

  void note(const Place& place, Index k) {
    for (std::size_t i = 0; i < m_places.size(); ++i)
      if (m_places[i] == place) return m_found.coexisting[i].runs.push_back(k);
    m_places.push_back(place);
    m_found.coexisting.push_back({place.kind, place.index, {k}, 0});
  }

  void addUnvisited() {
    for (const Place& place : m_known.all())
      if (std::count(m_places.begin(), m_places.end(), place) == 0)
        m_found.coexisting.push_back({place.kind, place.index, {}, 0});
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
  const TellingOptions& m_options;
  bool m_isStiff = false;  // too much for steps of one length: runs are not followed
  Index m_left;            // runs that may still be followed one by one
  Attractors& m_found;
  KnownPlaces m_known;
  Progress& m_progress;
  std::vector<Place> m_places;                    // of found.coexisting
  Matrix m_last;                                  // where the runs stand, N x runs
  std::vector<std::optional<Place>> m_at;         // where each ends, as far as that is known
  std::vector<LyapunovSpectrum> m_leading;        // of runs that went on to the end
  std::vector<std::vector<Approach>> m_looks;     // what each was nearest to, every kLookTime τ
  std::vector<std::vector<Approach>> m_marginal;  // … of marginal points
};

}  // namespace

bool isPositive(const LyapunovSpectrum& exponents) {
  constexpr double kSmallest = 1e-3;
  if (exponents.status != LyapunovStatus::computed || exponents.exponents.size() == 0) return false;
  const double leading = exponents.exponents(0);
  return leading > kSmallest && leading > 2 * exponents.standardErrors(0);
}

bool isTorus(const LyapunovSpectrum& exponents) {
  constexpr double kSmallest = 1e-3;
  const Vector &values = exponents.exponents, &errors = exponents.standardErrors;
  if (exponents.status != LyapunovStatus::computed || values.size() < 2) return false;
  const auto vanishes = [&](Index i) { return std::abs(values(i)) <= std::max(kSmallest, 2 * errors(i)); };
  const auto falls = [&](Index i) { return values(i) < -std::max(kSmallest, 2 * errors(i)); };
  return vanishes(0) && vanishes(1) && (values.size() < 3 || falls(2));
}

void tellRunsApart(const FlowSystem& system, const LimitSets& runs, const TellingOptions& options,
                   Attractors& found, Progress& progress) {
  if (runs.ends.cols() == 0) return;
  Teller(system, runs, options, found, progress).run();
}

}  // namespace keyhole
