#include "core/audit/experiments/experiment_plan.h"

#include "core/common/random.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kMostSamples = 200'000;  // of one simulated run
constexpr Index kLeastGap = 16;

ReferenceShape longer(const ReferenceShape& shape, Index times) {
  ReferenceShape made = shape;
  made.lengths.clear();
  for (Index i = 0; i < times; ++i)
    made.lengths.insert(made.lengths.end(), shape.lengths.begin(), shape.lengths.end());
  // One trial stays one trial, only longer.
  if (shape.lengths.size() == 1) made.lengths = {times * shape.lengths.front()};
  return made;
}

// The beginning of a recording that is longer() by more.
std::vector<Trial> beginningOf(const std::vector<Trial>& trials, const ReferenceShape& shape, Index times) {
  if (shape.lengths.size() > 1)
    return {trials.begin(), trials.begin() + times * static_cast<std::ptrdiff_t>(shape.lengths.size())};
  const Index T = times * shape.lengths.front();
  return {{trials.front().activity.leftCols(T), Matrix(0, T)}};
}

ReferenceShape wider(const ReferenceShape& shape, Index times) {
  ReferenceShape made = shape;
  made.units = times * shape.units;
  made.meanCounts.clear();
  for (Index i = 0; i < times; ++i)
    made.meanCounts.insert(made.meanCounts.end(), shape.meanCounts.begin(), shape.meanCounts.end());
  return made;
}

// Only the k largest entries, norm 1.
Vector strongest(const Vector& direction, Index k) {
  std::vector<Index> order(static_cast<std::size_t>(direction.size()));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Index>(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return std::abs(direction(a)) > std::abs(direction(b)); });
  Vector made = Vector::Zero(direction.size());
  for (std::size_t i = 0; i < order.size() && i < static_cast<std::size_t>(k); ++i)
    made(order[i]) = direction(order[i]);
  return made.normalized();
}

// Of the same cells, across the slow direction.
Vector across(const Vector& on, const Vector& left, const Vector& random) {
  const Vector mask = on.unaryExpr([](double v) { return v != 0 ? 1.0 : 0.0; });
  const Vector seen = left.cwiseProduct(mask);
  Vector made = random.cwiseProduct(mask);
  if (seen.norm() > 0) made -= seen * (seen.dot(made) / seen.squaredNorm());
  return made.norm() > 1e-9 ? Vector(made.normalized()) : on;
}

std::string cellsText(Index cells, Index units) {
  return (cells == units ? "all" : std::to_string(cells)) + " units";
}

}  // namespace

ExperimentPlan::ExperimentPlan(const ReferenceShape& shape, const Statistics& recording,
                               const ExperimentOptions& options)
    : m_shape(shape), m_strength(options.strength), m_lags(followedLags(recording)) {
  addLonger(options);
  addWider(options);
  for (const Index pulses : options.pulses) {
    if (options.cells < shape.units) addPushes(options, options.cells, pulses);
    addPushes(options, shape.units, pulses);
  }
  if (recording.claimedSteps > static_cast<double>(kMostGap) / 3)
    m_notes.push_back("the claimed time is longer than perturbations are followed here (" +
                      std::to_string(2 * kMostGap / 3) + " samples)");
}

void ExperimentPlan::addLonger(const ExperimentOptions& options) {
  for (const Index times : options.longer) {
    TriedExperiment one;
    one.kind = "recording";
    one.effort = times == 1 ? "another one as long" : "a new one " + std::to_string(times) + " times as long";
    one.samples = static_cast<double>(times * m_shape.timePoints());
    one.cells = m_shape.units;
    if (one.samples > kMostSamples) {
      m_notes.push_back(one.kind + ", " + one.effort + ": not simulated, more than " +
                        threeDigits(kMostSamples) + " samples");
      continue;
    }
    m_longer.push_back(times);
    m_experiments.push_back(one);
  }
}

void ExperimentPlan::addWider(const ExperimentOptions& options) {
  for (const Index times : options.units) {
    TriedExperiment one;
    one.kind = "units";
    one.effort = std::to_string(times * m_shape.units) + " units, as long";
    one.samples = static_cast<double>(m_shape.timePoints());
    one.cells = times * m_shape.units;
    m_units.push_back(times);
    m_experiments.push_back(one);
  }
}

void ExperimentPlan::addPushes(const ExperimentOptions& options, Index cells, Index pulses) {
  Pushes pushes{cells, pulses, {}, {}};
  for (const Index trials : options.trials) {
    TriedExperiment one;
    one.kind =
        (pulses > 1 ? "trains of " + std::to_string(pulses) + " perturbations of " : "perturbations of ") +
        cellsText(cells, m_shape.units);
    one.effort = std::to_string(trials) + " on the slow direction and as many off it";
    one.samples = static_cast<double>(steps(trials));
    one.trials = 2 * trials;
    one.cells = cells;
    if (one.samples > kMostSamples) {
      m_notes.push_back(one.kind + ", " + one.effort + ": not simulated, more than " +
                        threeDigits(kMostSamples) + " samples");
      continue;
    }
    pushes.trials.push_back(trials);
    pushes.places.push_back(m_experiments.size());
    m_experiments.push_back(one);
  }
  if (!pushes.trials.empty()) m_pushes.push_back(pushes);
}

Index ExperimentPlan::gap() const {
  return std::clamp<Index>(m_lags.back() + m_lags.back() / 2, kLeastGap, kMostGap);
}

Index ExperimentPlan::steps(Index trials) const {
  return (2 * trials + 1) * gap();
}

std::vector<std::vector<double>> ExperimentPlan::inWorld(const World& world, std::uint64_t noise,
                                                         std::uint64_t index) const {
  std::vector<std::vector<double>> made(m_experiments.size());
  // The longest recording, of which the others are the beginning; the first of them is also the one in which
  // perturbations find their slow direction.
  const Index most = m_longer.empty() ? 1 : m_longer.back();
  const auto recorded = recordedWorld(world, longer(m_shape, most), noise, index);
  std::size_t place = 0;
  for (const Index times : m_longer)
    made[place++] = statisticsOf(beginningOf(recorded, m_shape, times)).values;
  for (const Index times : m_units) {
    if (world.circuit.B.rows() >= times * m_shape.units)
      made[place] = statisticsOf(recordedWorld(world, wider(m_shape, times), noise, index)).values;
    ++place;
  }
  if (m_pushes.empty()) return made;
  const auto first = beginningOf(recorded, m_shape, 1);
  const auto statistics = statisticsOf(first).values;
  const SlowDirection slow = slowDirectionOf(first);
  for (const auto& pushes : m_pushes) pushIn(world, pushes, slow, statistics, noise + 1, index, made);
  return made;
}

void ExperimentPlan::pushIn(const World& world, const Pushes& pushes, const SlowDirection& slow,
                            const std::vector<double>& statistics, std::uint64_t noise, std::uint64_t index,
                            std::vector<std::vector<double>>& made) const {
  const Vector on = strongest(slow.right, pushes.cells);
  const Vector off =
      across(on, slow.left, RandomStream(noise, Stream::probe, index).normalMatrix(on.size(), 1));
  ReferenceShape pushed = m_shape;
  pushed.lengths = {steps(pushes.trials.back())};
  const double size = m_strength * std::sqrt(static_cast<double>(pushes.cells));
  std::vector<TimedPush> all;
  for (Index i = 0; i < 2 * pushes.trials.back(); ++i) {
    TimedPush one{0, (i + 1) * gap(), size * (i % 2 == 0 ? on : off)};
    for (Index k = pushes.pulses - 1; k > 0; --k) one.earlier.push_back(k);
    all.push_back(one);
  }
  const auto trials = recordedPushes(world, pushed, seenPushes(all, pushed.lengths), noise, index);
  std::vector<TimedPush> kinds[2];
  std::size_t taken = 0;
  for (std::size_t effort = 0; effort < pushes.trials.size(); ++effort) {
    for (; taken < 2 * static_cast<std::size_t>(pushes.trials[effort]); ++taken)
      kinds[taken % 2].push_back(all[taken]);
    auto& values = made[pushes.places[effort]];
    for (const auto& kind : kinds) {
      const auto response = valuesOf(pushResponse(trials, kind, slow, m_lags));
      values.insert(values.end(), response.begin(), response.end());
    }
    values.insert(values.end(), statistics.begin(), statistics.end());
  }
}

}  // namespace keyhole
