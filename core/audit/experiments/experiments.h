// What would tell the circuits apart that remain: longer recordings, more units, and pushes of the seen
// units, each simulated in circuits of the reference table; and pushes that were made, as evidence.
#pragma once

#include "core/audit/experiments/push_response.h"
#include "core/audit/reference/answer.h"

#include <string>
#include <vector>

namespace keyhole {

struct ExperimentOptions {
  bool make = true;
  Index worlds = 400;                        // circuits drawn for each experiment
  std::vector<Index> longer = {1, 2, 4, 8};  // times the recording; rising
  std::vector<Index> units = {2, 3};         // times the seen units; rising
  std::vector<Index> trials = {5, 20, 80};   // pushes on the slow direction, and as many off it; rising
  std::vector<Index> pulses = {1, 5};        // of a train, one in each sample
  Index cells = 10;                          // pushed at once, besides all of them
  double strength = 2;                       // of a push, in each pushed unit's own deviations
};

// One experiment with one effort.
struct TriedExperiment {
  std::string kind;    // "recording", "units", "perturbations of 10 units", "trains of 5 perturbations of all
                       // units"
  std::string effort;  // "4 times as long", "20 perturbations on and 20 off the slow direction"
  double samples = 0;  // that it takes, of all trials
  Index trials = 0;    // perturbations or trains of them, on and off the slow direction together
  Index cells = 0;     // that are recorded, or perturbed at once
  double error = 0, standardError = 0;  // share of wrong decisions whether there is a real slow variable
  double circuitError = 0;              // whether there is one in the circuit itself
  Index worlds = 0;
};

struct ExperimentsAnswer {
  static constexpr double kGoal = 0.1;

  bool made = false;
  std::string why;      // one sentence, if not
  double errorNow = 0;  // of the recording alone: the smaller of its two probabilities
  double circuitErrorNow = 0;
  Index worlds = 0;  // different circuits that were drawn from
  std::vector<TriedExperiment> tried;
  int cheapest = -1;  // of those below the goal by more than their standard error, the one with the fewest
                      // samples; -1: none
  std::vector<std::string> notes;
  std::string sentence;
};

// The circuits that remain: rows of the table by the weights of their classes, of each class the half that is
// nearest to the recording. Each experiment is simulated with new noise; the decision is learned from the
// results (boosted trees, five folds that share no circuit), so that an error is one of a decision learned
// from so few circuits: the best one's is smaller. A push moves the state itself, in one sample, without
// error. Throws Stopped. seconds: between samples, 0: not known.
ExperimentsAnswer tryExperiments(const ReferenceTable& table, const WorldClassifier& classifier,
                                 const ReferenceShape& shape, const Statistics& recording,
                                 const ReferenceAnswer& answer, double seconds,
                                 const ExperimentOptions& options, Progress& progress = noProgress());

// Pushes that were made, as evidence on top of the answer.
struct PushEvidence {
  bool given = false;
  std::string why;
  PushResponse response;
  // Of a real slow variable, and of one in the circuit itself, with the pushes; the share of wrong decisions
  // on either in the simulated circuits.
  double probability = 0, decisionError = 0, likelihoodRatio = 0;
  double circuitProbability = 0, circuitDecisionError = 0;
  // What circuits with a slow variable of their own keep along the slow direction at each lag, and all
  // others: medians over the same pushes in the simulated ones; NaN: there are none.
  std::array<double, PushResponse::kLags> keptWith = {}, keptWithout = {};
  bool limited = false;  // the probability stands at 1/(worlds + 2) from 0 or 1, as near as so many can tell
  Index worlds = 0;
  std::string sentence;
};

// The response alone, where there are no circuits to compare it with.
PushEvidence responseOf(const std::vector<Trial>& spontaneous, const std::vector<Trial>& pushed,
                        const std::vector<TimedPush>& pushes, const Statistics& recording);

// trials: of the recording, spontaneous stretches; pushed: the recording with its pushes, as long as it was.
PushEvidence evidenceOf(const std::vector<Trial>& spontaneous, const std::vector<Trial>& pushed,
                        const std::vector<TimedPush>& pushes, const ReferenceTable& table,
                        const WorldClassifier& classifier, const ReferenceShape& shape,
                        const Statistics& recording, const ReferenceAnswer& answer, Index worlds,
                        Progress& progress = noProgress());

}  // namespace keyhole
