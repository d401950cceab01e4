#include "core/audit/experiments/experiments.h"

#include "core/audit/experiments/drawn_worlds.h"
#include "core/audit/experiments/experiment_plan.h"
#include "core/common/progress_part.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kLeastRuns = 50;  // to learn a decision from

void decideAll(const ExperimentPlan& plan, const std::vector<WorldResults>& results,
               ExperimentsAnswer& answer, Progress& progress) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    progress.checkpoint(0.9 + 0.1 * static_cast<double>(i) / static_cast<double>(results.size()),
                        "learning to decide");
    TriedExperiment tried = plan.experiments()[i];
    tried.worlds = static_cast<Index>(results[i].rows.size());
    if (tried.worlds < kLeastRuns) {
      answer.notes.push_back(tried.kind + ", " + tried.effort + ": too few circuits have that many units");
      continue;
    }
    const Eigen::MatrixXf none(0, results[i].values.cols());
    const Decision decision = decide(results[i].values, results[i].real, results[i].rows, none);
    tried.error = decision.error;
    tried.standardError = decision.standardError;
    tried.circuitError = decide(results[i].values, results[i].circuit, results[i].rows, none).error;
    answer.tried.push_back(tried);
  }
}

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
           " experiments that were tried brings that below 10 % by more than its standard error; the best (" +
           best->kind + ": " + best->effort + ", " + lengthOf(best->samples, seconds) + ") is wrong in " +
           percents(best->error) + " (standard error " + percents(best->standardError) + ")" +
           (best->error >= answer.errorNow ? ", no better than this recording alone." : ".");
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
  ProgressPart running(progress, 0, 0.9);
  const Laboratory laboratory(table, classifier, shape, recording, options.worlds, running);
  made.worlds = laboratory.circuits();
  made.errorNow = std::min(answer.probability, 1 - answer.probability);
  const double circuit = laboratory.shareReal(true);
  made.circuitErrorNow = std::min(circuit, 1 - circuit);
  const ExperimentPlan plan(shape, recording, options);
  made.notes = plan.notes();
  const auto results = laboratory.run(
      [&plan](const World& world, std::uint64_t noise, std::uint64_t index) {
        return plan.inWorld(world, noise, index);
      },
      plan.experiments().size(), "trying " + std::to_string(plan.experiments().size()) + " experiments");
  decideAll(plan, results, made, progress);
  for (std::size_t i = 0; i < made.tried.size(); ++i) {
    const auto& one = made.tried[i];
    if (!(one.error + one.standardError < ExperimentsAnswer::kGoal)) continue;
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
  made.notes.push_back(
      "a perturbation moves the state of the perturbed units by " + threeDigits(options.strength) +
      " of their deviations in one sample, without error; decisions after perturbations also use a recording "
      "as long as this one");
  made.sentence = experimentSentence(made, seconds);
  return made;
}

}  // namespace keyhole
