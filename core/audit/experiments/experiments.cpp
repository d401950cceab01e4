#include "core/audit/experiments/experiments.h"

#include "core/audit/experiments/drawn_worlds.h"
#include "core/common/nan.h"
#include "core/common/parallel.h"
#include "core/common/random.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <functional>
#include <set>

namespace keyhole {
namespace {

constexpr std::uint64_t kFreshNoise = 0x9e3779b97f4a7c15ULL;  // the table's own noise is of its seed
constexpr double kMostSamples = 200'000;                      // of one simulated run
constexpr Index kLeastGap = 16, kMostGap = 2000;              // samples between two pushes

std::string percents(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
  return text;
}

// Trials end to end.
std::vector<SeenPush> seenPushes(const std::vector<TimedPush>& pushes, const std::vector<Index>& lengths) {
  std::vector<SeenPush> made;
  for (const auto& push : pushes) {
    Index before = 0;
    for (std::size_t k = 0; k < push.trial; ++k) before += lengths[k];
    made.push_back({before + push.at, push.push});
  }
  return made;
}

// What an experiment makes of one circuit: numbers, or nothing where it cannot be made.
using Run = std::function<std::vector<double>(const World& world, std::uint64_t noise, std::uint64_t index)>;

struct Results {
  Eigen::MatrixXf values;
  std::vector<int> real, circuit;
  std::vector<std::size_t> rows;  // of the table
};

class Laboratory {
 public:
  Laboratory(const ReferenceTable& table, const WorldClassifier& classifier, const ReferenceShape& shape,
             const Statistics& recording, Index worlds, Progress& progress)
      : m_table(table), m_shape(shape), m_progress(progress) {
    const Vector classes = classifier.answer(recording.values).classes;
    m_drawn = drawnRows(table, classes, TableDistances(table.rows, progress).distancesTo(recording), worlds);
  }

  Results run(const Run& made, double from, double to, const std::string& words) const {
    std::vector<std::vector<double>> all(m_drawn.size());
    std::atomic<std::size_t> done = 0;
    parallelFor(
        m_drawn.size(),
        [&](std::size_t i) {
          m_progress.throwIfStopped();
          const auto& row = m_table.rows[m_drawn[i]];
          const auto world = worldOf(m_shape, m_table.seed, row.index);
          if (world) all[i] = made(*world, m_table.seed ^ kFreshNoise, static_cast<std::uint64_t>(i));
          ++done;
        },
        [&] {
          const double share = static_cast<double>(done) / static_cast<double>(m_drawn.size());
          m_progress.checkpoint(from + (to - from) * share, words);
        });
    Results results;
    std::size_t width = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].empty()) continue;
      const auto& row = m_table.rows[m_drawn[i]];
      results.rows.push_back(m_drawn[i]);
      results.real.push_back(row.real());
      results.circuit.push_back(row.real() && mechanisms()[row.mechanism].name != "slow-input");
      width = all[i].size();
    }
    results.values.resize(static_cast<Index>(results.rows.size()), static_cast<Index>(width));
    Index at = 0;
    for (const auto& one : all) {
      if (one.empty()) continue;
      for (std::size_t j = 0; j < width; ++j)
        results.values(at, static_cast<Index>(j)) = static_cast<float>(one[j]);
      ++at;
    }
    return results;
  }

  Index circuits() const {
    return static_cast<Index>(std::set<std::size_t>(m_drawn.begin(), m_drawn.end()).size());
  }
  double shareReal(bool inCircuit) const {
    double share = 0;
    for (const std::size_t i : m_drawn) {
      const auto& row = m_table.rows[i];
      share += row.real() && (!inCircuit || mechanisms()[row.mechanism].name != "slow-input");
    }
    return share / static_cast<double>(m_drawn.size());
  }

 private:
  const ReferenceTable& m_table;
  const ReferenceShape& m_shape;
  Progress& m_progress;
  std::vector<std::size_t> m_drawn;
};

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

Run spontaneousRun(const ReferenceShape& shape) {
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
Run pushedRun(const ReferenceShape& shape, const PushPlan& plan) {
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
    m_lags = pushLags(std::min(recording.claimedSteps, static_cast<double>(kMostGap) / 3));
    for (const Index times : options.longer) add(longerOne(times));
    for (const Index times : options.units) add(widerOne(times));
    for (const Index cells : {std::min(options.cells, shape.units), shape.units}) {
      for (const Index trials : options.trials) add(pushes(cells, trials));
      if (options.cells >= shape.units) break;
    }
    if (recording.claimedSteps > static_cast<double>(kMostGap) / 3)
      answer.notes.push_back("the claimed time is longer than pushes are followed here (" +
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
      const Results results =
          m_laboratory.run(made, static_cast<double>(i) / n, static_cast<double>(i + 1) / n,
                           "trying " + tried.kind + ", " + tried.effort);
      tried.worlds = static_cast<Index>(results.rows.size());
      if (tried.worlds < 50) {
        m_answer.notes.push_back(tried.kind + ", " + tried.effort + ": too few circuits have so many units");
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
  using Planned = std::pair<TriedExperiment, Run>;
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
    one.kind =
        "pushes of " + (cells == m_shape.units ? std::string("all") : std::to_string(cells)) + " units";
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
  made.notes.push_back("a push moves the state of the pushed units by " + threeDigits(options.strength) +
                       " of their deviations in one sample, without error");
  made.sentence = experimentSentence(made, seconds);
  return made;
}

PushEvidence evidenceOf(const std::vector<Trial>& spontaneous, const std::vector<Trial>& pushed,
                        const std::vector<TimedPush>& pushes, const ReferenceTable& table,
                        const WorldClassifier& classifier, const ReferenceShape& shape,
                        const Statistics& recording, const ReferenceAnswer& answer, Index worlds,
                        Progress& progress) {
  PushEvidence evidence;
  const auto lags = pushLags(std::min(recording.claimedSteps, static_cast<double>(kMostGap) / 3));
  const SlowDirection slow = slowDirectionOf(spontaneous);
  evidence.response = pushResponse(pushed, pushes, slow, lags);
  if (evidence.response.pushes < 3) {
    evidence.why = "fewer than three pushes are followed for " + std::to_string(lags.back()) +
                   " samples, which is what the claimed time asks for";
    evidence.sentence = "The pushes are no evidence: " + evidence.why + ".";
    return evidence;
  }
  // As large as it was: a push of this size is given to the simulated circuits.
  const Vector inverse = slow.scale.unaryExpr([](double s) { return s > 0 ? 1 / s : 0.0; });
  std::vector<TimedPush> sized = pushes;
  double size = 0;
  for (const auto& push : pushes) {
    const Matrix& X = pushed[push.trial].activity;
    if (push.at < 1 || push.at >= X.cols()) continue;
    size += push.push.normalized().dot(inverse.cwiseProduct(X.col(push.at) - X.col(push.at - 1))) /
            static_cast<double>(pushes.size());
  }
  if (!(size > 0)) {
    evidence.why = "the pushed units do not move, on average, in the sample of the push";
    evidence.sentence = "The pushes are no evidence: " + evidence.why + ".";
    return evidence;
  }
  for (auto& push : sized) push.push = size * push.push.normalized();
  ReferenceShape whole = shape;
  whole.lengths.clear();
  for (const auto& trial : pushed) whole.lengths.push_back(trial.activity.cols());
  const Laboratory laboratory(table, classifier, shape, recording, worlds, progress);
  const Results results = laboratory.run(
      [&](const World& world, std::uint64_t noise, std::uint64_t index) {
        const auto own = slowDirectionOf(recordedWorld(world, shape, noise, index));
        const auto response =
            pushResponse(recordedPushes(world, whole, seenPushes(sized, whole.lengths), noise + 1, index),
                         sized, own, lags);
        std::vector<double> values(response.slow.begin(), response.slow.end());
        values.insert(values.end(), response.own.begin(), response.own.end());
        return values;
      },
      0, 1, "simulating the pushes");
  Eigen::MatrixXf asked(1, results.values.cols());
  for (std::size_t i = 0; i < PushResponse::kLags; ++i) {
    asked(0, static_cast<Index>(i)) = static_cast<float>(evidence.response.slow[i]);
    asked(0, static_cast<Index>(i + PushResponse::kLags)) = static_cast<float>(evidence.response.own[i]);
  }
  const Decision decision = decide(results.values, results.real, results.rows, asked);
  evidence.worlds = static_cast<Index>(results.rows.size());
  const double n = static_cast<double>(evidence.worlds);
  // No more certain than one in so many circuits can tell.
  const double p = std::clamp(decision.probabilities(0), 1 / (n + 2), 1 - 1 / (n + 2));
  evidence.limited = p != decision.probabilities(0);
  evidence.given = true;
  evidence.probability = p;
  evidence.standardError = decision.standardError;
  const double before = std::clamp(answer.probability, 1e-6, 1 - 1e-6);
  evidence.likelihoodRatio = p / (1 - p) / (before / (1 - before));
  evidence.sentence =
      "After " + std::to_string(evidence.response.pushes) + " pushes the recording keeps " +
      percents(evidence.response.slow[2]) + " of them along its slow direction over one claimed time (" +
      std::to_string(lags[2]) + " samples) and " + percents(evidence.response.own[2]) +
      " along the pushes themselves; with that the probability of a real slow variable is " + percents(p) +
      " instead of " + percents(answer.probability) + " (the same pushes in " +
      std::to_string(evidence.worlds) + " simulated circuits" +
      (evidence.limited ? ", from which no probability nearer to 0 or 1 can be told" : "") + ").";
  return evidence;
}

}  // namespace keyhole
