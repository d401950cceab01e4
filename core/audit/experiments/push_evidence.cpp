// Pushes that were made, as evidence.
#include "core/audit/experiments/drawn_worlds.h"
#include "core/audit/experiments/experiments.h"
#include "core/audit/experiments/laboratory.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

// How far the pushed units moved along their pushes, on average, in deviations; 0 or less: they did not.
double sizeOf(const std::vector<TimedPush>& pushes, const std::vector<Trial>& pushed,
              const SlowDirection& slow) {
  const Vector inverse = slow.scale.unaryExpr([](double s) { return s > 0 ? 1 / s : 0.0; });
  double size = 0;
  for (const auto& push : pushes) {
    const Matrix& X = pushed[push.trial].activity;
    if (push.before() < 0 || push.at >= X.cols()) continue;
    size += push.push.normalized().dot(inverse.cwiseProduct(X.col(push.at) - X.col(push.at - 1))) /
            static_cast<double>(pushes.size());
  }
  return size;
}

// The same pushes in a circuit, as a recording of it would tell of them.
WorldRun samePushes(const std::vector<TimedPush>& pushes, const std::vector<Trial>& pushed,
                    const ReferenceShape& shape, const std::array<Index, PushResponse::kLags>& lags) {
  ReferenceShape whole = shape;
  whole.lengths.clear();
  for (const auto& trial : pushed) whole.lengths.push_back(trial.activity.cols());
  return [=](const World& world, std::uint64_t noise, std::uint64_t index) {
    const auto own = slowDirectionOf(recordedWorld(world, shape, noise, index));
    const auto response = pushResponse(
        recordedPushes(world, whole, seenPushes(pushes, whole.lengths), noise + 1, index), pushes, own, lags);
    return std::vector<std::vector<double>>{valuesOf(response)};
  };
}

Decision decisionOn(const PushResponse& response, const WorldResults& results,
                    const std::vector<int>& truths) {
  const auto values = valuesOf(response);
  Eigen::MatrixXf asked(1, static_cast<Index>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    asked(0, static_cast<Index>(i)) = static_cast<float>(values[i]);
  return decide(results.values, truths, results.rows, asked);
}

// The median of a column over the circuits whose truth is so.
double medianKept(const WorldResults& results, std::size_t column, int truth) {
  std::vector<double> values;
  for (std::size_t i = 0; i < results.circuit.size(); ++i) {
    const auto value = static_cast<double>(results.values(static_cast<Index>(i), static_cast<Index>(column)));
    if (results.circuit[i] == truth && std::isfinite(value)) values.push_back(value);
  }
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string keptText(const PushResponse& response) {
  return "After " + std::to_string(response.pushes) + " perturbations the recording keeps " +
         percents(response.slow[2]) + " of them along its slow direction over " +
         std::to_string(response.lags[2]) + " samples, and " + percents(response.own[2]) +
         " along the perturbations themselves";
}

PushEvidence noEvidence(PushEvidence evidence, const std::string& why) {
  evidence.why = why;
  evidence.sentence = "The perturbations are no evidence: " + why + ".";
  return evidence;
}

std::string sentenceOf(const PushEvidence& evidence, double before) {
  const auto kept = [](double share) {
    return std::isfinite(share) ? percents(share) : std::string("unknown");
  };
  return keptText(evidence.response) +
         "; of the same perturbations simulated circuits with a slow mode of their "
         "own keep " +
         kept(evidence.keptWith[2]) + ", others " + kept(evidence.keptWithout[2]) +
         " (medians). With that the probability of a real slow variable, in the circuit or its input, is " +
         percents(evidence.probability) + " instead of " + percents(before) +
         ", and that of one in the circuit itself " + percents(evidence.circuitProbability) + " (" +
         std::to_string(evidence.worlds) + " runs of simulated circuits" +
         (evidence.limited ? ", from which no probability nearer to 0 or 1 can be told" : "") + ").";
}

}  // namespace

PushEvidence responseOf(const std::vector<Trial>& spontaneous, const std::vector<Trial>& pushed,
                        const std::vector<TimedPush>& pushes, const Statistics& recording) {
  PushEvidence evidence;
  const auto lags = followedLags(recording);
  const SlowDirection slow = slowDirectionOf(spontaneous);
  evidence.response = pushResponse(pushed, pushes, slow, lags);
  if (evidence.response.pushes < 3)
    return noEvidence(std::move(evidence), "fewer than three perturbations are followed for " +
                                               std::to_string(lags.back()) +
                                               " samples, which is what the claimed time asks for");
  if (!(sizeOf(pushes, pushed, slow) > 0))
    return noEvidence(std::move(evidence),
                      "the perturbed units do not move, on average, in the sample of the perturbation");
  evidence.sentence = keptText(evidence.response) + ".";
  return evidence;
}

PushEvidence evidenceOf(const std::vector<Trial>& spontaneous, const std::vector<Trial>& pushed,
                        const std::vector<TimedPush>& pushes, const ReferenceTable& table,
                        const WorldClassifier& classifier, const ReferenceShape& shape,
                        const Statistics& recording, const ReferenceAnswer& answer, Index worlds,
                        Progress& progress) {
  PushEvidence evidence = responseOf(spontaneous, pushed, pushes, recording);
  if (!evidence.why.empty()) return evidence;
  const auto lags = evidence.response.lags;
  const double size = sizeOf(pushes, pushed, slowDirectionOf(spontaneous));
  // As large as it was: a push of this size is given to the simulated circuits.
  std::vector<TimedPush> sized = pushes;
  for (auto& push : sized) push.push = size * push.push.normalized();
  const Laboratory laboratory(table, classifier, shape, recording, worlds, progress);
  const WorldResults results =
      laboratory.run(samePushes(sized, pushed, shape, lags), 1, "simulating the perturbations").front();
  const Decision decision = decisionOn(evidence.response, results, results.real);
  const Decision own = decisionOn(evidence.response, results, results.circuit);
  evidence.worlds = static_cast<Index>(results.rows.size());
  const double n = static_cast<double>(evidence.worlds);
  // No more certain than one in so many circuits can tell.
  const auto limited = [n](double p) { return std::clamp(p, 1 / (n + 2), 1 - 1 / (n + 2)); };
  const double p = limited(decision.probabilities(0));
  evidence.limited = p != decision.probabilities(0);
  evidence.given = true;
  evidence.probability = p;
  evidence.decisionError = decision.error;
  // What is in the circuit is real.
  evidence.circuitProbability = std::min(limited(own.probabilities(0)), p);
  evidence.circuitDecisionError = own.error;
  for (std::size_t i = 0; i < PushResponse::kLags; ++i) {
    evidence.keptWith[i] = medianKept(results, i, 1);
    evidence.keptWithout[i] = medianKept(results, i, 0);
  }
  const double before = std::clamp(answer.probability, 1e-6, 1 - 1e-6);
  evidence.likelihoodRatio = p / (1 - p) / (before / (1 - before));
  evidence.sentence = sentenceOf(evidence, answer.probability);
  return evidence;
}

}  // namespace keyhole
