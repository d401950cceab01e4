#include "core/audit/experiments/experiments.h"

#include "core/audit/experiments/drawn_worlds.h"
#include "core/audit/experiments/laboratory.h"
#include "core/common/random.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kMostSamples = 200'000;  // of one simulated run
constexpr Index kLeastGap = 16;           // samples between two pushes

ReferenceShape longer(const ReferenceShape& shape, Index times) {
  ReferenceShape made = shape;
  made.lengths.clear();
  for (Index i = 0; i < times; ++i)
    made.lengths.insert(made.lengths.end(), shape.lengths.begin(), shape.lengths.end());
  // One trial stays one trial, only longer.
  if (shape.lengths.size() == 1) made.lengths = {times * shape.lengths.front()};
  return made;
}

ReferenceShape wider(const ReferenceShape& shape, Index times) {
  ReferenceShape made = shape;
  made.units = times * shape.units;
  made.meanCounts.clear();
  for (Index i = 0; i < times; ++i)
    made.meanCounts.insert(made.meanCounts.end(), shape.meanCounts.begin(), shape.meanCounts.end());
  return made;
}

WorldRun spontaneousRun(const ReferenceShape& shape) {
  return [shape](const World& world, std::uint64_t noise, std::uint64_t index) -> std::vector<double> {
    if (world.circuit.B.rows() < shape.units) return {};
    return statisticsOf(recordedWorld(world, shape, noise, index)).values;
  };
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

std::vector<double> valuesOf(const PushResponse& on, const PushResponse& off) {
  std::vector<double> values;
  for (const auto* one : {&on, &off}) {
    values.insert(values.end(), one->slow.begin(), one->slow.end());
    values.insert(values.end(), one->own.begin(), one->own.end());
  }
  return values;
}

Index gapOf(const std::array<Index, PushResponse::kLags>& lags) {
  return std::clamp<Index>(lags.back() + lags.back() / 2, kLeastGap, kMostGap);
}

struct PushPlan {
  Index cells = 1, trials = 1;
  double strength = 1;
  std::array<Index, PushResponse::kLags> lags = {};
  Index steps() const { return (2 * trials + 1) * gapOf(lags); }
};

// The slow direction is that of a recording of this circuit as long as the one that is there.
WorldRun pushedRun(const ReferenceShape& shape, const PushPlan& plan) {
  return [shape, plan](const World& world, std::uint64_t noise, std::uint64_t index) {
    const auto slow = slowDirectionOf(recordedWorld(world, shape, noise, index));
    const Vector on = strongest(slow.right, plan.cells);
    const Vector off =
        across(on, slow.left, RandomStream(noise, Stream::probe, index).normalMatrix(on.size(), 1));
    ReferenceShape pushed = shape;
    pushed.lengths = {plan.steps()};
    std::vector<TimedPush> all, kinds[2];
    const double size = plan.strength * std::sqrt(static_cast<double>(plan.cells));
    for (Index i = 0; i < 2 * plan.trials; ++i) {
      const Vector& direction = i % 2 == 0 ? on : off;
      all.push_back({0, (i + 1) * gapOf(plan.lags), size * direction});
      kinds[i % 2].push_back(all.back());
    }
    const auto trials = recordedPushes(world, pushed, seenPushes(all, pushed.lengths), noise + 1, index);
    return valuesOf(pushResponse(trials, kinds[0], slow, plan.lags),
                    pushResponse(trials, kinds[1], slow, plan.lags));
  };
}

class Trier {
 public:
  Trier(const Laboratory& laboratory, const ReferenceShape& shape, const Statistics& recording,
        const ExperimentOptions& options, ExperimentsAnswer& answer)
      : m_laboratory(laboratory), m_shape(shape), m_options(options), m_answer(answer) {
    m_lags = followedLags(recording);
    for (const Index times : options.longer) add(longerOne(times));
    for (const Index times : options.units) add(widerOne(times));
    for (const Index cells : {std::min(options.cells, shape.units), shape.units}) {
      for (const Index trials : options.trials) add(pushes(cells, trials));
      if (options.cells >= shape.units) break;
    }
    if (recording.claimedSteps > static_cast<double>(kMostGap) / 3)
      answer.notes.push_back("the claimed time is longer than perturbations are followed here (" +
                             std::to_string(2 * kMostGap / 3) + " samples)");
  }

  void run() {
    for (std::size_t i = 0; i < m_planned.size(); ++i) {
      const double n = static_cast<double>(m_planned.size());
      auto& [tried, made] = m_planned[i];
      if (tried.samples > kMostSamples) {
        m_answer.notes.push_back(tried.kind + ", " + tried.effort + ": not simulated, more than " +
                                 threeDigits(kMostSamples) + " samples");
        continue;
      }
      const WorldResults results =
          m_laboratory.run(made, static_cast<double>(i) / n, static_cast<double>(i + 1) / n,
                           "trying " + tried.kind + ", " + tried.effort);
      tried.worlds = static_cast<Index>(results.rows.size());
      if (tried.worlds < 50) {
        m_answer.notes.push_back(tried.kind + ", " + tried.effort +
                                 ": too few circuits have that many units");
        continue;
      }
      const Eigen::MatrixXf none(0, results.values.cols());
      const Decision decision = decide(results.values, results.real, results.rows, none);
      tried.error = decision.error;
      tried.standardError = decision.standardError;
      tried.circuitError = decide(results.values, results.circuit, results.rows, none).error;
      m_answer.tried.push_back(tried);
    }
  }

 private:
  using Planned = std::pair<TriedExperiment, WorldRun>;
  void add(Planned planned) { m_planned.push_back(std::move(planned)); }

  Planned longerOne(Index times) const {
    TriedExperiment one;
    one.kind = "recording";
    one.effort = times == 1 ? "another one as long" : "a new one " + std::to_string(times) + " times as long";
    one.samples = static_cast<double>(times * m_shape.timePoints());
    return {one, spontaneousRun(longer(m_shape, times))};
  }

  Planned widerOne(Index times) const {
    TriedExperiment one;
    one.kind = "units";
    one.effort = std::to_string(times * m_shape.units) + " units, as long";
    one.samples = static_cast<double>(m_shape.timePoints());
    return {one, spontaneousRun(wider(m_shape, times))};
  }

  Planned pushes(Index cells, Index trials) const {
    PushPlan plan{cells, trials, m_options.strength, m_lags};
    TriedExperiment one;
    one.kind = "perturbations of " + (cells == m_shape.units ? std::string("all") : std::to_string(cells)) +
               " units";
    one.effort = std::to_string(trials) + " on the slow direction and as many off it";
    one.samples = static_cast<double>(plan.steps());
    return {one, pushedRun(m_shape, plan)};
  }

  const Laboratory& m_laboratory;
  const ReferenceShape& m_shape;
  const ExperimentOptions& m_options;
  ExperimentsAnswer& m_answer;
  std::array<Index, PushResponse::kLags> m_lags;
  std::vector<Planned> m_planned;
};

std::string lengthOf(double samples, double seconds) {
  if (!(seconds > 0)) return threeDigits(samples) + " samples";
  const double time = samples * seconds;
  return time < 120 ? threeDigits(time) + " s" : threeDigits(time / 60) + " min";
}

std::string experimentSentence(const ExperimentsAnswer& answer, double seconds) {
  const std::string now =
      "Deciding from this recording alone whether there is a real slow variable is wrong in " +
      percents(answer.errorNow) + " of the circuits that remain. ";
  const TriedExperiment* best = nullptr;
  for (const auto& one : answer.tried)
    if (!best || one.error < best->error) best = &one;
  if (!best) return now + "No experiment could be tried.";
  if (answer.errorNow < ExperimentsAnswer::kGoal)
    return now + "That is below 10 % already; the best of the " + std::to_string(answer.tried.size()) +
           " experiments that were tried (" + best->kind + ": " + best->effort + ") is wrong in " +
           percents(best->error) + " (standard error " + percents(best->standardError) + ").";
  if (answer.cheapest < 0)
    return now + "None of the " + std::to_string(answer.tried.size()) +
           " experiments that were tried brings that below 10 %; the best (" + best->kind + ": " +
           best->effort + ", " + lengthOf(best->samples, seconds) + ") is wrong in " + percents(best->error) +
           " (standard error " + percents(best->standardError) + ").";
  const auto& one = answer.tried[static_cast<std::size_t>(answer.cheapest)];
  return now + "The cheapest experiment tried that brings it below 10 % is " + one.kind + ": " + one.effort +
         ", " + lengthOf(one.samples, seconds) + " in all; it is wrong in " + percents(one.error) +
         " (standard error " + percents(one.standardError) + ").";
}

}  // namespace

ExperimentsAnswer tryExperiments(const ReferenceTable& table, const WorldClassifier& classifier,
                                 const ReferenceShape& shape, const Statistics& recording,
                                 const ReferenceAnswer& answer, double seconds,
                                 const ExperimentOptions& options, Progress& progress) {
  ExperimentsAnswer made;
  const Laboratory laboratory(table, classifier, shape, recording, options.worlds, progress);
  made.worlds = laboratory.circuits();
  made.errorNow = std::min(answer.probability, 1 - answer.probability);
  const double circuit = laboratory.shareReal(true);
  made.circuitErrorNow = std::min(circuit, 1 - circuit);
  Trier(laboratory, shape, recording, options, made).run();
  for (std::size_t i = 0; i < made.tried.size(); ++i) {
    const auto& one = made.tried[i];
    if (one.error >= ExperimentsAnswer::kGoal) continue;
    if (made.cheapest < 0 || one.samples < made.tried[static_cast<std::size_t>(made.cheapest)].samples)
      made.cheapest = static_cast<int>(i);
  }
  made.made = true;
  made.notes.push_back(
      "circuits are drawn from " + std::to_string(made.worlds) +
      " rows of the table by their weights, of each class the half nearest to this recording");
  made.notes.push_back(
      "errors are those of a decision that is learned from the experiment's results in these "
      "circuits alone; one learned from more would be wrong less often");
  made.notes.push_back("a perturbation moves the state of the perturbed units by " +
                       threeDigits(options.strength) + " of their deviations in one sample, without error");
  made.sentence = experimentSentence(made, seconds);
  return made;
}

}  // namespace keyhole
