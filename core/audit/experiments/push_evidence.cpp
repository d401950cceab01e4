// Pushes that were made, as evidence.
#include "core/audit/experiments/drawn_worlds.h"
#include "core/audit/experiments/experiments.h"
#include "core/audit/experiments/laboratory.h"
#include "core/common/three_digits.h"

#include <algorithm>

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
    std::vector<double> values(response.slow.begin(), response.slow.end());
    values.insert(values.end(), response.own.begin(), response.own.end());
    values.insert(values.end(), {response.slowAdded, response.ownAdded});
    return std::vector<std::vector<double>>{values};
  };
}

Decision decisionOn(const PushResponse& response, const WorldResults& results) {
  Eigen::MatrixXf asked(1, results.values.cols());
  for (std::size_t i = 0; i < PushResponse::kLags; ++i) {
    asked(0, static_cast<Index>(i)) = static_cast<float>(response.slow[i]);
    asked(0, static_cast<Index>(i + PushResponse::kLags)) = static_cast<float>(response.own[i]);
  }
  asked(0, 2 * PushResponse::kLags) = static_cast<float>(response.slowAdded);
  asked(0, 2 * PushResponse::kLags + 1) = static_cast<float>(response.ownAdded);
  return decide(results.values, results.real, results.rows, asked);
}

PushEvidence noEvidence(PushEvidence evidence, const std::string& why) {
  evidence.why = why;
  evidence.sentence = "The perturbations are no evidence: " + why + ".";
  return evidence;
}

std::string sentenceOf(const PushEvidence& evidence, double before) {
  const PushResponse& response = evidence.response;
  return "After " + std::to_string(response.pushes) + " perturbations the recording keeps " +
         percents(response.slow[2]) + " of them along its slow direction over one claimed time (" +
         std::to_string(response.lags[2]) + " samples) and " + percents(response.own[2]) +
         " along the perturbations themselves; with that the probability of a real slow variable is " +
         percents(evidence.probability) + " instead of " + percents(before) + " (the same perturbations in " +
         std::to_string(evidence.worlds) + " simulated circuits" +
         (evidence.limited ? ", from which no probability nearer to 0 or 1 can be told" : "") + ").";
}

}  // namespace

PushEvidence evidenceOf(const std::vector<Trial>& spontaneous, const std::vector<Trial>& pushed,
                        const std::vector<TimedPush>& pushes, const ReferenceTable& table,
                        const WorldClassifier& classifier, const ReferenceShape& shape,
                        const Statistics& recording, const ReferenceAnswer& answer, Index worlds,
                        Progress& progress) {
  PushEvidence evidence;
  const auto lags = followedLags(recording);
  const SlowDirection slow = slowDirectionOf(spontaneous);
  evidence.response = pushResponse(pushed, pushes, slow, lags);
  if (evidence.response.pushes < 3)
    return noEvidence(std::move(evidence), "fewer than three perturbations are followed for " +
                                               std::to_string(lags.back()) +
                                               " samples, which is what the claimed time asks for");
  const double size = sizeOf(pushes, pushed, slow);
  if (!(size > 0))
    return noEvidence(std::move(evidence),
                      "the perturbed units do not move, on average, in the sample of the perturbation");
  // As large as it was: a push of this size is given to the simulated circuits.
  std::vector<TimedPush> sized = pushes;
  for (auto& push : sized) push.push = size * push.push.normalized();
  const Laboratory laboratory(table, classifier, shape, recording, worlds, progress);
  const WorldResults results =
      laboratory.run(samePushes(sized, pushed, shape, lags), 1, "simulating the perturbations").front();
  const Decision decision = decisionOn(evidence.response, results);
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
  evidence.sentence = sentenceOf(evidence, answer.probability);
  return evidence;
}

}  // namespace keyhole
