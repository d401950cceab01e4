// Students of several methods on one recording, side by side: what each claims, how well it fits data that it
// has not seen, and whether it has the teacher's dynamics.
#pragma once

#include "core/analysis/comparison/prediction.h"
#include "core/analysis/comparison/similarity.h"
#include "core/experiment/experiment.h"

#include <limits>

namespace keyhole {

struct CompareOptions {
  std::vector<std::string> methods;  // names, see compareMethods(); empty: all that make sense
  double fitted = 0.8;               // of the second fit: the first share is fitted, the rest held out
  Index horizon = 0;                 // steps of a free run; 0: one τ, 1/α
  // So many second fits, each without another stretch of the recording, all as long as the rest; at most
  // mostSplits(). 1: without the end alone.
  Index splits = 1;
};

// How many stretches of the share that is held out fit into a recording side by side.
Index mostSplits(double fitted);
// What is shown unless something else is asked for: five, or as many as fit.
Index usualSplits(double fitted);

// A second fit, to what is left without one stretch, and its scores there.
struct SplitRow {
  PredictionScores heldOut;
  LineAttractorScore score;                                      // of its own spectrum
  double decaySteps = std::numeric_limits<double>::quiet_NaN();  // of its leading mode
};

// Over the splits that have a number.
struct SplitSpread {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double deviation = std::numeric_limits<double>::quiet_NaN();  // standard, of two splits or more
  Index count = 0;
};

struct MethodRow {
  static constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
  std::string name;   // "lds-published"
  std::string label;  // "Latent LDS, as published"
  FitSummary summary;
  bool hasParameters = false;
  Settings settings;  // as asked, with this method: settingsOf()
  Student student;
  Spectrum spectrum;         // empty without parameters
  LineAttractorScore score;  // NaN without
  double henrici = kNotKnown;
  double explainedVariance = kNotKnown;            // as for SystemAnalysis
  PredictionScores heldOut;                        // of the second fits, their mean
  std::vector<SplitRow> splits;                    // those that are done
  std::optional<DynamicsAgreement> agreement;      // empty for a recording
  double fitsTheData = kNotKnown;                  // the two gauges, in [0, 1]; this of the second fits
  double hasTheDynamics = kNotKnown;               // NaN for a recording
  std::string verdict, sentence;                   // nameOf() of the verdict's kind, and what it says
  std::shared_ptr<const SystemAnalysis> analysis;  // its flow …; null without parameters
  double seconds = 0;
};

SplitSpread spreadOver(const MethodRow& row, double (*number)(const SplitRow&));
// Of the splits whose leading mode decays or is marginal: else a score says nothing.
SplitSpread scoreSpread(const MethodRow& row);

// Time that the mode that leads by the fitted map takes to decay by e, in time steps; negative: to grow.
double decaySteps(const Spectrum& spectrum);

struct Comparison {
  Index timePoints = 0;           // of the recording
  Index fitted = 0, heldOut = 0;  // of each second fit: time points fitted, and scored
  Index horizon = 0;              // of their free runs, steps
  Index splits = 1;               // asked for
  std::vector<MethodRow> rows;    // in the order of the methods, those that are done; further splits follow
  bool complete = false;
};

using CompareSink = std::function<void(const Comparison&)>;

// The methods that can be compared: names and labels. Variants of one method (the estimators of the latent
// LDS, BPTT with hidden units) count as methods.
struct MethodVariant {
  std::string name, label, help;
  std::vector<std::pair<std::string, SettingValue>> settings;  // what differs from the experiment's settings
};
const std::vector<MethodVariant>& comparedMethods();

// The settings as asked, with the method of that name, as they act then (effective()). "lds-full", which once
// was a row of its own, is "lds". Throws InputError naming an unknown one.
Settings settingsOf(const Settings& settings, std::string_view method);

// Of every method the experiment that the window would show: the same fit (to all that the method is given
// there: MAP all of the recording, the others fit.steps time points), analysis, search and verdict. Held-out
// scores are those of a second fit, to the first part of at most fit.steps time points; once all methods have
// theirs, the further splits follow. All methods get the
// same recording and input. The sink is given the growing table. A stop returns what is there. The experiment
// needs its stages through the observation, and the teacher's analysis if it has a teacher.
Comparison compareMethods(const Experiment& experiment, const CompareOptions& options,
                          Progress& progress = noProgress(), const CompareSink& sink = {});

}  // namespace keyhole
