#include "core/analysis/attractors.h"

#include "core/analysis/attractor_points.h"
#include "core/analysis/coexistence.h"
#include "core/analysis/spectrum.h"
#include "core/common/clock.h"

#include <algorithm>
#include <functional>

namespace keyhole {
namespace {

constexpr Index kSmall = 100;  // units up to which a dense network is no burden

bool isLarge(const FlowSystem& system) {
  return system.network.size() > kSmall && !std::holds_alternative<LowRankForm>(system.network.form());
}

// From the activity and from where free runs ended; and, since a network without a drive is odd, from the
// mirror images of both: what lies on the other side of 0 is there even if the activity never goes.
Matrix startsFor(const FlowSystem& system, ConstMatrixRef activity, const LimitSets* runs,
                 const AttractorOptions& options) {
  const bool odd = isOdd(system);
  const Index fromActivity = odd ? std::max<Index>(options.starts / 2, 1) : options.starts;
  const Matrix drawn = fixedPointStarts(activity, fromActivity, options.spread, options.seed);
  Matrix ends(activity.rows(), 0);
  if (runs && runs->ends.size() > 0 && runs->ends.allFinite()) ends = runs->ends;
  Matrix starts(activity.rows(), (odd ? 2 : 1) * (drawn.cols() + ends.cols()));
  starts.leftCols(drawn.cols() + ends.cols()) << drawn, ends;
  if (odd) starts.rightCols(drawn.cols() + ends.cols()) = -starts.leftCols(drawn.cols() + ends.cols());
  return starts;
}

// The runs that did not come to rest, those that oscillate first.
std::vector<Index> movingRuns(const LimitSets& runs, Index most) {
  std::vector<Index> chosen;
  for (const LimitKind kind : {LimitKind::oscillation, LimitKind::slow})
    for (std::size_t k = 0; k < runs.kinds.size(); ++k)
      if (runs.kinds[k] == kind && static_cast<Index>(chosen.size()) < most)
        chosen.push_back(static_cast<Index>(k));
  return chosen;
}

LimitCycleOptions cycleOptions(const FlowSystem& system, const TimeWords& words) {
  LimitCycleOptions options;
  options.words = words;
  options.runs.settle = 0;  // they ran long enough
  if (isLarge(system)) options.attempts = 1;
  return options;
}

// A run that creeps along a line or ring of slow points is on no cycle.
std::vector<LimitCycle> cyclesOf(const FlowSystem& system, const LimitSets& runs,
                                 const std::vector<SlowManifold>& continua, const AttractorOptions& asked,
                                 Progress& progress) {
  std::vector<Index> chosen = movingRuns(runs, runs.ends.cols());
  std::erase_if(chosen, [&](Index k) {
    return std::any_of(continua.begin(), continua.end(),
                       [&](const SlowManifold& one) { return one.holds(runs.ends.col(k)); });
  });
  if (static_cast<Index>(chosen.size()) > asked.cycleStarts)
    chosen.resize(static_cast<std::size_t>(asked.cycleStarts));
  if (chosen.empty()) return {};
  const LimitCycleOptions options = cycleOptions(system, asked.words);
  auto cycles = findLimitCycles(system, runs.ends(Eigen::all, chosen), options, progress);
  for (LimitCycle& cycle : cycles)  // the numbers of the runs, not of the chosen ones
    for (Index& start : cycle.starts) start = chosen[static_cast<std::size_t>(start)];
  return cycles;
}

Vector longestRun(const LimitSets* runs, ConstMatrixRef activity) {
  if (!runs || runs->ends.cols() == 0) return activity.rightCols(1);
  const std::vector<Index> moving = movingRuns(*runs, 1);
  return runs->ends.col(moving.empty() ? 0 : moving.front());
}

LyapunovOptions exponentOptions(const FlowSystem& system, const TimeWords& words) {
  LyapunovOptions options;
  options.words = words;
  options.count = 3;
  if (isLarge(system)) {
    options.count = 2;
    options.transient = 20;
    options.duration = 200;
  }
  options.count = std::min<Index>(options.count, system.network.size());
  return options;
}

double spreadOf(const Matrix& states) {
  const Vector mean = states.rowwise().mean();  // evaluated here, or it would be for every column
  return std::sqrt((states.colwise() - mean).squaredNorm() / static_cast<double>(states.cols()));
}

// Of the activity, or of the points of rest and cycles if those reach farther.
double scaleOf(const Attractors& found, ConstMatrixRef activity) {
  double scale = activity.cols() > 1 ? spreadOf(activity) : 0;
  Index count = 0;
  for (const FixedPoint& point : found.points.points) count += point.kind == PointKind::fixed;
  if (count > 1) {
    Matrix positions(activity.rows(), count);
    for (const FixedPoint& point : found.points.points)
      if (point.kind == PointKind::fixed) positions.col(--count) = point.position;
    scale = std::max(scale, spreadOf(positions));
  }
  for (const LimitCycle& cycle : found.cycles) scale = std::max(scale, cycle.amplitude);
  return scale > 0 ? scale : 1;
}

// One after the other, until all is done or the user stops.
class Search {
 public:
  Search(const FlowSystem& given, ConstMatrixRef activity, const LimitSets* runs,
         const AttractorOptions& options, Progress& progress)
      : m_activity(activity), m_runs(runs), m_options(options), m_progress(progress) {
    const bool curved = !isAffine(given) && !given.switching;
    m_found.alpha = options.alpha;
    m_found.words = options.words;
    m_system = curved ? factored(given, CompletionOptions().mostProven) : given;
  }

  Attractors run() {
    const std::vector<Step> steps = this->steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (m_progress.stopRequested()) return partFrom(steps, i);
      m_progress.report(steps[i].from, steps[i].doing);
      if (!m_progress.stopRequested()) steps[i].work();
      if (m_progress.stopRequested()) return partFrom(steps, i);
    }
    // No report behind the last step: a stop at it would be seen by the next stage only, which reports first.
    return std::move(m_found);
  }

 private:
  struct Step {
    double from;
    const char *doing, *what;
    std::function<void()> work;
  };

  std::vector<Step> steps() {
    return {{0, "looking for points of rest", "points of rest", [this] { findPoints(); }},
            {0.2, "following slow points", "continuous attractors",
             [this] { findContinua(m_system, m_activity, m_options, m_found, m_progress); }},
            {0.3, "looking for missed points of rest", "whether the points of rest are all",
             [this] { completePoints(m_system, m_activity, m_options, m_found, m_progress); }},
            {0.5, "closing orbits", "cycles", [this] { findCycles(); }},
            {0.7, "telling attractors apart", "where free runs end", [this] { tellRuns(); }},
            {0.8, "averaging Lyapunov exponents", "Lyapunov exponents", [this] { findExponents(); }},
            {0.9, "looking for cycles of the steps", "cycles of the steps", [this] { findStepCycles(); }}};
  }

  void findPoints() {
    m_found.points =
        findFixedPoints(m_system, startsFor(m_system, m_activity, m_runs, m_options), {}, m_progress);
  }

  void findCycles() {
    if (m_runs && !isAffine(m_system))
      m_found.cycles = cyclesOf(m_system, *m_runs, m_found.continua, m_options, m_progress);
    if (isAffine(m_system) && !m_system.switching && !m_found.points.points.empty()) {
      const FixedPoint& point = m_found.points.points.front();
      m_found.centre = centreOf(m_system, point, 0, m_options.words);
      if (m_options.alpha > 0)
        m_found.centreInSteps = centreOf(m_system, point, m_options.alpha, m_options.words);
    }
    m_found.scale = scaleOf(m_found, m_activity);
  }

  void tellRuns() {
    if (!m_runs) return;
    TellingOptions options;
    options.exponents = exponentOptions(m_system, m_options.words);
    options.cycles = cycleOptions(m_system, m_options.words);
    options.cycleStarts = m_options.cycleStarts;
    options.chaoticRuns =
        isLarge(m_system) ? std::min<Index>(m_options.chaoticRuns, 3) : m_options.chaoticRuns;
    tellRunsApart(m_system, *m_runs, options, m_found, m_progress);
  }

  void findExponents() {
    const auto& points = m_found.points.points;
    if (isAffine(m_system) && !points.empty() && points.front().local.eigenvalues.size() > 0) {
      const Linearisation& local = points.front().local;
      Vector rates = Vector::Constant(local.eigenvalues.size() + local.furtherZeros, -1.0);
      rates.head(local.eigenvalues.size()) = local.eigenvalues.real().array() - 1;
      m_found.exponents =
          exactExponents(std::move(rates), exponentOptions(m_system, m_options.words).count, m_options.words);
      return;
    }
    const Vector end = longestRun(m_runs, m_activity);
    if (m_found.chaos.empty() && end.allFinite())
      m_found.exponents =
          lyapunovExponents(m_system, end, exponentOptions(m_system, m_options.words), m_progress);
  }

  // Cycles of two steps are points of rest of a network twice as large, and found as such.
  void findStepCycles() {
    if (!(m_options.alpha > 0) || isAffine(m_system) || m_system.switching) return;
    const StepMap map(m_system, m_options.alpha);
    if (!mayCycleInSteps(map, m_found.leftInSteps() > 0)) return;
    StepCycleOptions options;
    options.seed = m_options.seed;
    options.words = m_options.words;
    if (isLarge(m_system)) {
      options.steps = 1000;
      options.exponents = 1;
    }
    m_found.inSteps = findStepAttractors(map, m_system, twoStepPoints(map), options, m_progress);
  }

  TwoStepPoints twoStepPoints(const StepMap& map) {
    TwoStepPoints two;
    two.isNone = !map.allows(2);
    const FlowSystem folded = map.folded(2);
    if (two.isNone || isLarge(folded)) return two;
    const Matrix starts = startsFor(m_system, m_activity, m_runs, m_options);
    const Matrix pairs = twoStepStarts(map, starts);
    AttractorOptions options = m_options;
    options.alpha = 0;
    Search search(folded, pairs, nullptr, options, m_progress);
    search.m_found.points = findFixedPoints(search.m_system, pairs, {}, m_progress);
    findContinua(search.m_system, pairs, options, search.m_found, m_progress);
    completePoints(search.m_system, pairs, options, search.m_found, m_progress);
    two.sought = true;
    two.points = std::move(search.m_found.points);
    two.continua = std::move(search.m_found.continua);
    return two;
  }

  // From steps[first] on nothing is known to be whole.
  Attractors partFrom(const std::vector<Step>& steps, std::size_t first) {
    m_found.stoppedAt =
        std::string("a part: stopped while ") + steps[first].doing + "; known in part or not at all: ";
    for (std::size_t i = first; i < steps.size(); ++i)
      m_found.stoppedAt += (i > first ? ", " : "") + std::string(steps[i].what);
    PointCensus& census = m_found.points.census;
    const bool begun = m_found.points.searchedStarts > 0 || !census.message.empty();
    if (!begun) census.message = "no point of rest was looked for: stopped";
    constexpr std::size_t kCompletion = 2;
    if (begun && first <= kCompletion && census.completeness == Completeness::notSought)
      census.completeness = Completeness::stopped;
    m_found.scale = scaleOf(m_found, m_activity);
    return std::move(m_found);
  }

  FlowSystem m_system;
  ConstMatrixRef m_activity;
  const LimitSets* m_runs;
  const AttractorOptions& m_options;
  Progress& m_progress;
  Attractors m_found;
};

}  // namespace

Attractors findAttractors(const FlowSystem& given, ConstMatrixRef activity, const LimitSets* runs,
                          const AttractorOptions& options, Progress& progress) {
  const auto start = Clock::now();
  Attractors found = Search(given, activity, runs, options, progress).run();
  found.seconds = secondsSince(start);
  return found;
}

double periodOf(const LimitSets* runs, const Attractors* attractors) {
  if (attractors)
    if (const auto cycles = attractors->stableCycles(); !cycles.empty()) return cycles.front()->period;
  return runs ? runs->period : 0;
}

std::vector<const FixedPoint*> Attractors::stablePoints() const {
  std::vector<const FixedPoint*> stable;
  for (const FixedPoint& point : points.points)
    if (point.kind == PointKind::fixed && point.local.stability == Stability::stable)
      stable.push_back(&point);
  return stable;
}

std::vector<const LimitCycle*> Attractors::stableCycles() const {
  std::vector<const LimitCycle*> stable;
  for (const LimitCycle& cycle : cycles)
    if (cycle.status == CycleStatus::found && cycle.stability != CycleStability::unstable)
      stable.push_back(&cycle);
  return stable;
}

std::vector<const FixedPoint*> Attractors::isolatedStablePoints() const {
  std::vector<const FixedPoint*> isolated = stablePoints();
  std::erase_if(isolated, [this](const FixedPoint* point) {
    return point->continuum >= 0 || isOnSurface(point->position);
  });
  return isolated;
}

bool Attractors::leavesInSteps(const FixedPoint& point) const {
  const bool rests =
      point.local.stability == Stability::stable || point.local.stability == Stability::marginal;
  const ComplexVector& values = point.local.eigenvalues;
  return alpha > 0 && point.kind == PointKind::fixed && rests &&
         std::any_of(values.begin(), values.end(), [this](auto value) { return grows(value, alpha); });
}

Index Attractors::leftInSteps() const {
  return std::count_if(points.points.begin(), points.points.end(),
                       [this](const FixedPoint& point) { return leavesInSteps(point); });
}

bool Attractors::isOnSurface(ConstVectorRef state) const {
  const auto holds = [&](const SlowManifold& one) {
    return one.dimension < state.size() && one.holds(state);
  };
  return std::any_of(continua.begin(), continua.end(), holds) ||
         std::any_of(repelling.begin(), repelling.end(), holds);
}

bool Attractors::isOnContinuum(ConstVectorRef state) const {
  const auto holds = [&](const SlowManifold& one) { return one.holds(state); };
  return std::any_of(continua.begin(), continua.end(), holds) ||
         std::any_of(repelling.begin(), repelling.end(), holds);
}

bool Attractors::hasLine() const {
  return line.isFound();
}

bool Attractors::isChaotic() const {
  return runs > 0 ? !chaos.empty() : stableCycles().empty() && isPositive(exponents);
}

}  // namespace keyhole
