#include "core/analysis/step_cycles.h"

#include "core/common/random.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace keyhole {
namespace {

constexpr double kStartScale = 0.5;
constexpr double kRests = 1e-9;     // of the size: a step that is shorter rests
constexpr double kRepeats = 1e-7;   // of the size: what comes back so near repeats
constexpr double kCreeps = 1e-4;    // of the size: a run that moves by less in a step, or in p steps, creeps
constexpr double kSmallest = 1e-6;  // size that a state is taken to have at least
constexpr double kSame = 1e-4;      // of the size: cycles as near are one
constexpr double kBand = 1e-6;      // around |μ| = 1
constexpr Index kMostUnknowns = 600;  // of Newton's method
constexpr Index kLookSteps = 500;     // steps from one look to the next
constexpr double kOutOfRange = 1e9;

Index unknownsOf(const StepMap& map, Index period) {
  const Network& network = map.inside().network;
  const auto* factors = std::get_if<LowRankForm>(&network.form());
  return period * (factors ? factors->M.cols() : network.size());
}

CycleStability stabilityOf(const ComplexVector& multipliers) {
  const double leading = multipliers.size() > 0 ? std::abs(multipliers(0)) : 0;
  if (leading < 1 - kBand) return CycleStability::stable;
  return leading <= 1 + kBand ? CycleStability::marginal : CycleStability::unstable;
}

// Not a point of rest, to what a search leaves of one at which several roots meet. tanh bends at 1, so this
// is no matter of units.
bool moves(const Matrix& turn) {
  constexpr double kLeast = 1e-3;
  return (turn.col(0) - turn.col(1)).norm() > kLeast;
}

class StepCycleSearch {
 public:
  StepCycleSearch(const StepMap& map, const FlowSystem& system, const StepCycleOptions& options,
                  Progress& progress)
      : m_map(map), m_system(system), m_options(options), m_progress(progress) {
    m_result.alpha = map.alpha();
  }

  StepAttractors run(const TwoStepPoints& two) {
    addTwoSteps(two);
    followRuns();
    if (m_progress.stopRequested()) return std::move(m_result);
    finish(two);
    return std::move(m_result);
  }

 private:
  struct Known {
    StepCycle cycle;
    Matrix turn;  // inside coordinates
  };

  void addTwoSteps(const TwoStepPoints& two) {
    if (two.sought) m_result.twoSteps = two.points.census.completeness;
    if (two.isNone) m_result.twoSteps = Completeness::certified;
    m_result.openPlaces = two.points.census.openPlaces.cols();
    for (const SlowManifold& one : two.continua) addContinuum(one, two);
    for (const FixedPoint& point : two.points.points) {
      if (m_progress.stopRequested()) return;
      const Matrix turn = asTurn(point.position);
      if (point.kind == PointKind::fixed && point.continuum < 0 && moves(turn)) add(turn);
    }
  }

  static Matrix asTurn(const Vector& place) { return place.reshaped(place.size() / 2, 2); }

  // Of cycles side by side one stands for all: one at rest, if noise has left it some.
  void addContinuum(const SlowManifold& one, const TwoStepPoints& two) {
    Matrix turn = asTurn(one.points.col(0));
    if (!moves(turn)) return;  // of the map's points of rest
    for (const std::size_t i : one.members)
      if (two.points.points[i].kind == PointKind::fixed) turn = asTurn(two.points.points[i].position);
    m_result.continua.push_back(one.name());
    m_continua.emplace_back(&one, add(turn));
  }

  // Whether this turn is known, to so much of its size, or lies on a continuum of cycles.
  std::optional<std::size_t> knownAs(const Matrix& turn, double near) const {
    for (std::size_t i = 0; i < m_known.size(); ++i)
      if (m_known[i].cycle.period == turn.cols() &&
          distanceOfTurns(turn, m_known[i].turn) <= near * turn.norm())
        return i;
    if (turn.cols() != 2) return {};
    for (const auto& [one, representative] : m_continua)
      if (one->holds(turn.reshaped())) return representative;
    return {};
  }

  // The cycle of this turn, known or new.
  std::size_t add(const Matrix& turn) {
    if (const auto known = knownAs(turn, kSame)) return *known;
    StepCycle cycle;
    cycle.period = turn.cols();
    cycle.points = m_map.statesOf(turn);
    cycle.residual = m_map.residualOf(turn);
    if (unknownsOf(m_map, 1) <= kMostUnknowns) {
      cycle.multipliers = m_map.multipliersOf(turn);
      cycle.stability = stabilityOf(cycle.multipliers);
    }
    m_known.push_back({std::move(cycle), turn});
    return m_known.size() - 1;
  }

  // All runs go on side by side; those of which it is known where they end are taken out.
  void followRuns() {
    const Index D = m_system.network.size();
    Matrix now = kStartScale * RandomStream(m_options.seed, Stream::probe).normalMatrix(D, m_options.runs);
    now = m_map.insideOf(now);
    m_result.ran = true;
    m_result.runs = m_options.runs;
    for (Index made = 0; made < m_options.steps && now.cols() > 0; made += kLookSteps) {
      m_progress.report(static_cast<double>(made) / static_cast<double>(m_options.steps), "running in steps");
      if (m_progress.stopRequested()) return;
      now = advanced(now, kLookSteps);
      now = stillOpen(now);
    }
    tellOpen(now);
  }

  Matrix advanced(Matrix now, Index steps) const {
    FreeRun run(m_map.inside(), m_map.alpha());
    Matrix next(now.rows(), now.cols());
    for (Index t = 0; t < steps; ++t) {
      run.step(now, next);
      now.swap(next);
    }
    return now;
  }

  // After how many steps each is as near to where it was; 0: not within `longest`.
  std::vector<Index> periodsOf(const Matrix& now, double afterOne, double afterMore) const {
    std::vector<Index> periods(static_cast<std::size_t>(now.cols()), 0);
    Matrix last = now, next(now.rows(), now.cols());
    FreeRun run(m_map.inside(), m_map.alpha());
    for (Index t = 1; t <= m_options.longest; ++t) {
      run.step(last, next);
      for (Index k = 0; k < now.cols(); ++k) {
        Index& period = periods[static_cast<std::size_t>(k)];
        const double size = std::max(now.col(k).norm(), kSmallest);
        const double near = (t == 1 ? afterOne : afterMore) * size;
        if (period == 0 && (next.col(k) - now.col(k)).norm() <= near) period = t;
      }
      last.swap(next);
    }
    return periods;
  }

  // What neither rests nor repeats.
  Matrix stillOpen(const Matrix& now) {
    std::vector<Index> open;
    const std::vector<Index> period = periodsOf(now, kRests, kRepeats);
    for (Index k = 0; k < now.cols(); ++k) {
      const Index p = period[static_cast<std::size_t>(k)];
      if (!(now.col(k).norm() < kOutOfRange))
        ++m_result.diverging;
      else if (p == 1)
        ++m_result.resting;
      else if (p == 0 || !noteRepeating(now.col(k), p))
        open.push_back(k);
    }
    return now(Eigen::all, open);
  }

  bool noteRepeating(const Vector& start, Index period) {
    Matrix turn(start.size(), period);
    Matrix now = start;
    for (Index t = 0; t < period; ++t) {
      turn.col(t) = now.col(0);
      now = advanced(now, 1);
    }
    auto known = knownAs(turn, kSame);
    if (!known) {
      turn = refined(turn);
      if (!moves(turn) || m_map.residualOf(turn) > 10 * kRepeats * turn.norm()) return false;
      known = add(turn);
    }
    ++m_known[*known].cycle.runs;
    ++m_result.repeating;
    return true;
  }

  // By Newton's method where it stays near.
  Matrix refined(const Matrix& turn) const {
    const Index period = turn.cols();
    if (unknownsOf(m_map, period) > kMostUnknowns) return turn;
    const FlowSystem folded = m_map.folded(period);
    FixedPointOptions options;
    options.maxLinearised = 0;
    const FixedPoints found = findFixedPoints(folded, turn.reshaped(), options);
    if (found.points.empty() || found.points.front().kind != PointKind::fixed) return turn;
    const Matrix better = found.points.front().position.reshaped(turn.rows(), period);
    return (better - turn).norm() <= kSame * turn.norm() ? better : turn;
  }

  // Runs that neither rest nor repeat; those that creep, along a line of slow points or towards a cycle, have
  // not come to an end.
  void tellOpen(const Matrix& all) {
    if (all.cols() == 0) return;
    const std::vector<Index> period = periodsOf(all, kCreeps, kCreeps);
    std::vector<Index> moving;
    for (Index k = 0; k < all.cols(); ++k) {
      const Index p = period[static_cast<std::size_t>(k)];
      if (p == 1)
        ++m_result.resting;
      else if (p == 0 || !noteRepeating(all.col(k), p))
        moving.push_back(k);
    }
    tellMoving(all(Eigen::all, moving));
  }

  void tellMoving(const Matrix& open) {
    LyapunovOptions options;
    options.count = 1;
    options.alpha = m_map.alpha();
    options.interval = std::max(options.interval, m_map.alpha());
    options.transient = 0.1 * m_options.exponentTau;
    options.duration = m_options.exponentTau;
    for (Index k = 0; k < open.cols(); ++k) {
      if (m_progress.stopRequested()) return;
      bool chaotic = false;
      if (k < m_options.exponents) {
        const LyapunovSpectrum along = lyapunovExponents(m_map.inside(), open.col(k), options, m_progress);
        chaotic = along.status == LyapunovStatus::computed && along.exponents(0) > 1e-3 &&
                  along.exponents(0) > 2 * along.standardErrors(0);
        if (chaotic) m_result.exponent = std::max(m_result.exponent, along.exponents(0));
      }
      ++(chaotic ? m_result.chaotic : m_result.unresolved);
    }
  }

  void finish(const TwoStepPoints& two) {
    for (Known& known : m_known) m_result.cycles.push_back(std::move(known.cycle));
    std::stable_sort(m_result.cycles.begin(), m_result.cycles.end(),
                     [](const StepCycle& a, const StepCycle& b) {
                       const bool stableA = a.stability == CycleStability::stable,
                                  stableB = b.stability == CycleStability::stable;
                       return stableA != stableB ? stableA : a.runs > b.runs;
                     });
    m_result.message = messageOf(two);
  }

  std::string countText() const;
  std::string completenessText(const TwoStepPoints& two) const;
  std::string runsText() const;
  std::string messageOf(const TwoStepPoints& two) const {
    if (m_result.cycles.empty() && m_result.resting == m_result.runs) return {};
    return "in steps of α = " + twoDigits(m_result.alpha) + ": " + countText() + completenessText(two) +
           "; " + runsText();
  }

  const StepMap& m_map;
  const FlowSystem& m_system;
  const StepCycleOptions& m_options;
  Progress& m_progress;
  std::vector<Known> m_known;
  std::vector<std::pair<const SlowManifold*, std::size_t>>
      m_continua;  // of cycles; which of m_known stands for it
  StepAttractors m_result;
};

std::string counted(Index count, const std::string& one, const std::string& several) {
  return std::to_string(count) + " " + (count == 1 ? one : several);
}

// "3 cycles of 2 steps (1 stable), a ring of cycles of 2 steps".
std::string StepCycleSearch::countText() const {
  if (m_result.cycles.empty()) return "no cycle of a few steps";
  std::vector<Index> periods;
  for (const StepCycle& cycle : m_result.cycles)
    if (std::count(periods.begin(), periods.end(), cycle.period) == 0) periods.push_back(cycle.period);
  std::sort(periods.begin(), periods.end());
  std::string text;
  for (const Index period : periods) {
    Index count = 0, stable = 0;
    for (const StepCycle& cycle : m_result.cycles) {
      if (cycle.period != period) continue;
      ++count;
      stable += cycle.stability == CycleStability::stable;
    }
    text += (text.empty() ? "" : ", ") + counted(count, "cycle", "cycles") + " of " + std::to_string(period) +
            " steps (" + std::to_string(stable) + " stable)";
  }
  for (const std::string& one : m_result.continua)
    text += ", one of which stands for a " + one + " of such cycles side by side";
  return text;
}

std::string StepCycleSearch::completenessText(const TwoStepPoints& two) const {
  std::string text;
  if (m_result.twoSteps == Completeness::certified)
    text = two.isNone ? "; of 2 steps there is none: the weights are too small"
                      : "; those of 2 steps are all: proven";
  else if (m_result.twoSteps == Completeness::certifiedApart)
    text = "; those of 2 steps are all, proven but for " +
           counted(m_result.openPlaces, "small place", "small places");
  else
    text = "; at least these";
  const bool onlyTwo = std::all_of(m_result.cycles.begin(), m_result.cycles.end(),
                                   [](const StepCycle& cycle) { return cycle.period == 2; });
  return text + (onlyTwo && m_result.twoSteps == Completeness::notSought
                     ? ""
                     : ", longer ones are those on which a run ended");
}

std::string StepCycleSearch::runsText() const {
  std::vector<std::string> parts;
  if (m_result.repeating > 0) parts.push_back(std::to_string(m_result.repeating) + " on these");
  if (m_result.resting > 0) parts.push_back(std::to_string(m_result.resting) + " at points of rest");
  if (const Index open = m_result.chaotic + m_result.unresolved; open > 0) {
    std::string part = std::to_string(open) + " on what does not repeat within " +
                       std::to_string(m_options.longest) + " steps";
    const Index looked = std::min(open, m_options.exponents);
    if (m_result.chaotic > 0)
      part += " (chaos in " + std::to_string(m_result.chaotic) + " of " + std::to_string(looked) +
              " looked at, exponent " + m_options.words.rate(m_result.exponent) + ")";
    else if (looked > 0)
      part += " (no chaos in " + std::to_string(looked) + " looked at)";
    parts.push_back(part);
  }
  if (m_result.diverging > 0) parts.push_back(std::to_string(m_result.diverging) + " nowhere: they diverge");
  std::string text = "of " + std::to_string(m_result.runs) + " runs in steps end ";
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? ", " : "") + parts[i];
  return text;
}

}  // namespace

double distanceOfTurns(const Matrix& a, const Matrix& b) {
  double nearest = std::numeric_limits<double>::infinity();
  for (Index shift = 0; shift < b.cols(); ++shift) {
    double farthest = 0;
    for (Index k = 0; k < a.cols(); ++k)
      farthest = std::max(farthest, (a.col(k) - b.col((k + shift) % b.cols())).norm());
    nearest = std::min(nearest, farthest);
  }
  return nearest;
}

double StepCycle::amplitude() const {
  const Vector mean = points.rowwise().mean();
  return std::sqrt((points.colwise() - mean).squaredNorm() / static_cast<double>(points.cols()));
}

Index StepAttractors::stableCycles() const {
  return std::count_if(cycles.begin(), cycles.end(),
                       [](const StepCycle& cycle) { return cycle.stability == CycleStability::stable; });
}

bool mayCycleInSteps(const StepMap& map, bool left) {
  return left || map.allows(4);
}

StepAttractors findStepAttractors(const StepMap& map, const FlowSystem& system, const TwoStepPoints& two,
                                  const StepCycleOptions& options, Progress& progress) {
  return StepCycleSearch(map, system, options, progress).run(two);
}

Matrix twoStepStarts(const StepMap& map, ConstMatrixRef states) {
  const Matrix y = map.insideOf(states);
  const Index D = y.rows(), k = y.cols();
  constexpr int kSteps = 200;
  Matrix now = y, next(D, k);
  FreeRun run(map.inside(), map.alpha());
  for (int t = 0; t < kSteps; ++t) {
    run.step(now, next);
    now.swap(next);
  }
  run.step(now, next);
  Matrix starts(2 * D, 3 * k);
  starts.topRows(D) << now, y, y;
  starts.bottomRows(D).leftCols(k) = next;
  const Vector mean = y.rowwise().mean();
  for (Index i = 0; i < k; ++i) {
    starts.bottomRows(D).col(k + i) = 2 * mean - y.col(i);
    starts.bottomRows(D).col(2 * k + i) = y.col((i + 1) % k);
  }
  std::vector<Index> finite;
  for (Index i = 0; i < starts.cols(); ++i)
    if (starts.col(i).allFinite()) finite.push_back(i);
  return starts(Eigen::all, finite);
}

}  // namespace keyhole
