#include "core/experiment/settings/fit_methods.h"

#include "core/common/error.h"
#include "core/experiment/settings/fit_options.h"
#include "core/fitting/channel_notes.h"
#include "core/fitting/input_notes.h"
#include "core/fitting/latent/lds_student.h"
#include "core/fitting/mean_note.h"
#include "core/fitting/resampling/lds_blocks.h"
#include "core/fitting/resampling/map_blocks.h"
#include "core/fitting/resampling/subspace_blocks.h"

#include <algorithm>
#include <tuple>

namespace keyhole {
namespace {

template <auto optionsOf>
bool sameBy(const Settings& a, const Settings& b) {
  return optionsOf(a) == optionsOf(b);
}

// All but emissions that are held and a start that is given, which no setting names.
bool sameLds(const Settings& a, const Settings& b) {
  const LdsOptions x = ldsOptions(a), y = ldsOptions(b);
  const auto key = [](const LdsOptions& o) {
    return std::tie(o.kind, o.estimator, o.start, o.alpha, o.iterations, o.rest, o.tolerance,
                    o.inputAtArrival, o.seed, o.restarts);
  };
  return key(x) == key(y);
}

using Trials = std::vector<Trial>;

FitMethod mapMethod() {
  FitMethod method;
  method.name = "map";
  method.label = "MAP";
  method.help = "Ridge regression with the teacher's own form (eq. 4).";
  method.source = FitSource::sums;
  method.takes = {"fit.rho", "fit.phi", "fit.offset", "fit.use_input"};
  method.sameOptions = sameBy<mapOptions>;
  method.fit = [](const Settings& settings, const Trials& trials, const LdsModel*, Progress& progress) {
    return fitMap(trials, mapOptions(settings), progress);
  };
  method.resampling = [](const Settings& settings, const Trials& trials, const Student&) {
    return mapResampling(trials, mapOptions(settings));
  };
  return method;
}

FitMethod limitMethod(StationaryLimit limit, std::string name, std::string label, std::string help) {
  FitMethod method;
  method.name = std::move(name);
  method.label = std::move(label);
  method.help = std::move(help);
  method.source = FitSource::teacher;
  method.limit = limit;
  method.sameOptions = [](const Settings& a, const Settings& b) {
    return a.number("simulation.alpha") == b.number("simulation.alpha");
  };
  return method;
}

FitMethod ldsMethod() {
  FitMethod method;
  method.name = "lds";
  method.label = "Latent LDS";
  method.help = "A latent linear dynamical system, as in Figs. 1 and 2.";
  method.objective = FitObjective::logLikelihood;
  method.iterations = 200;
  method.exactIterations = 1000;  // at most: its end is where the gradient is at rest
  method.missingSamples = method.randomStart = method.heldEmissions = true;
  method.takes = {"fit.use_input",      "fit.steps",  "fit.iterations", "fit.seed",         "fit.restarts",
                  "fit.latents",        "fit.noise",  "fit.estimator",  "fit.lds_start",    "fit.emissions",
                  "fit.emission_noise", "fit.direct", "fit.bias",       "fit.input_timing", "fit.stable"};
  method.sameOptions = sameLds;
  method.fit = [](const Settings& settings, const Trials& trials, const LdsModel* held, Progress& progress) {
    LdsOptions options = ldsOptions(settings);
    if (held) options.heldEmissions = *held;
    return studentOf(fitLds(trials, options, progress), trials, options.alpha, progress);
  };
  method.resamplesOnDemand = true;
  method.resampling = [](const Settings& settings, const Trials& trials, const Student& student) {
    std::optional<LdsModel> fitted;
    if (student.latent) fitted = *student.latent;
    return ldsResampling(trials, ldsOptions(settings), fitted, student.states);
  };
  return method;
}

FitMethod sldsMethod() {
  FitMethod method;
  method.name = "slds";
  method.label = "Switching LDS";
  method.help = "Several latent linear systems that take turns (Linderman et al. 2017).";
  method.objective = FitObjective::evidenceLowerBound;
  method.iterations = 100;
  method.missingSamples = method.randomStart = true;
  method.takes = {"fit.use_input",  "fit.steps",  "fit.iterations", "fit.seed",          "fit.restarts",
                  "fit.latents",    "fit.states", "fit.recurrent",  "fit.noise",         "fit.emissions",
                  "fit.stickiness", "fit.direct", "fit.bias",       "fit.emission_noise"};
  method.sameOptions = sameBy<sldsOptions>;
  method.fit = [](const Settings& settings, const Trials& trials, const LdsModel*, Progress& progress) {
    return fitSlds(trials, sldsOptions(settings), progress);
  };
  return method;
}

FitMethod subspaceMethod() {
  FitMethod method;
  method.name = "subspace";
  method.label = "Subspace identification";
  method.help = "A latent linear system without iterations (N4SID, CVA).";
  method.takes = {"fit.use_input", "fit.steps", "fit.latents", "fit.weighting"};
  method.sameOptions = sameBy<subspaceOptions>;
  method.fit = [](const Settings& settings, const Trials& trials, const LdsModel*, Progress& progress) {
    return fitSubspace(trials, subspaceOptions(settings), progress);
  };
  method.resampling = [](const Settings& settings, const Trials& trials, const Student&) {
    return subspaceResampling(trials, subspaceOptions(settings));
  };
  return method;
}

FitMethod cornnMethod() {
  FitMethod method;
  method.name = "cornn";
  method.label = "CORNN";
  method.help = "Convex fit of a tanh network with leaky rates (Dinc et al. 2023).";
  method.objective = FitObjective::loss;
  method.iterations = 1000;
  method.takes = {"fit.offset", "fit.steps", "fit.iterations", "fit.loss", "fit.l2", "fit.threshold"};
  method.sameOptions = sameBy<cornnOptions>;
  method.fit = [](const Settings& settings, const Trials& trials, const LdsModel*, Progress& progress) {
    return fitCornn(trials, cornnOptions(settings), progress);
  };
  return method;
}

FitMethod forceMethod() {
  FitMethod method;
  method.name = "force";
  method.label = "FORCE";
  method.help = "Recursive least squares on a running network (Sussillo & Abbott 2009).";
  method.objective = FitObjective::loss;
  method.iterations = 1000;
  method.randomStart = true;
  method.takes = {"fit.phi",  "fit.offset", "fit.use_input", "fit.steps",      "fit.iterations",
                  "fit.seed", "fit.p0",     "fit.gain",      "fit.reset_every"};
  method.sameOptions = sameBy<forceOptions>;
  method.fit = [](const Settings& settings, const Trials& trials, const LdsModel*, Progress& progress) {
    return fitForce(trials, forceOptions(settings), progress);
  };
  return method;
}

FitMethod bpttMethod() {
  FitMethod method;
  method.name = "bptt";
  method.label = "BPTT";
  method.help = "Back-propagation through time with teacher forcing.";
  method.objective = FitObjective::loss;
  method.iterations = 200;
  method.randomStart = true;
  method.takes = {"fit.offset",    "fit.phi",      "fit.use_input",     "fit.steps",      "fit.iterations",
                  "fit.seed",      "fit.hidden",   "fit.forcing_kind",  "fit.forcing",    "fit.window",
                  "fit.optimizer", "fit.momentum", "fit.learning_rate", "fit.start_gain", "fit.weight_decay"};
  method.sameOptions = sameBy<bpttOptions>;
  method.fit = [](const Settings& settings, const Trials& trials, const LdsModel*, Progress& progress) {
    return fitBptt(trials, bpttOptions(settings), progress);
  };
  return method;
}

// Of a recording's fit in units: what it cannot tell, and a mean without a constant drive. MAP says so
// itself, from its sums, and latent models of their channels.
void addNotes(Student& student, const Settings& settings, const Trials& trials, const Progress& progress) {
  if (!isRecording(settings) || student.emission || !hasParameters(student.summary.status) ||
      fitMethod(settings).source != FitSource::trials || progress.stopRequested())
    return;
  const bool drive = student.b.size() + student.inner.size() > 0;
  for (auto& note : dependentChannels(trials)) student.notes.push_back(std::move(note));
  if (trials.front().input.rows() > 0)
    for (auto& note : dependentInputs(inputMoments(trials), drive)) student.notes.push_back(std::move(note));
  if (auto note = drive ? std::string() : meanNote(meanStrength(trials)); !note.empty())
    student.notes.push_back(std::move(note));
}

}  // namespace

std::string nameOf(FitObjective objective) {
  switch (objective) {
    case FitObjective::none:
      return "";
    case FitObjective::logLikelihood:
      return "log-likelihood";
    case FitObjective::evidenceLowerBound:
      return "evidence lower bound";
    case FitObjective::loss:
      return "loss";
  }
  return "";
}

bool rises(FitObjective objective) {
  return objective == FitObjective::logLikelihood || objective == FitObjective::evidenceLowerBound;
}

const std::vector<FitMethod>& fitMethods() {
  static const std::vector<FitMethod> methods = {
      mapMethod(),
      limitMethod(StationaryLimit::continuous, "stationary-continuous", "Long-time limit, α → 0",
                  "T → ∞ and ρ = 0 for linear φ, from the Lyapunov equation."),
      limitMethod(StationaryLimit::discrete, "stationary-discrete", "Long-time limit, exact α",
                  "T → ∞ and ρ = 0 for linear φ at this α."),
      ldsMethod(),
      sldsMethod(),
      subspaceMethod(),
      cornnMethod(),
      forceMethod(),
      bpttMethod(),
  };
  return methods;
}

const FitMethod& fitMethod(const std::string& name) {
  const auto& all = fitMethods();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.name == name; });
  if (found != all.end()) return *found;
  throw InputError("the method is " + name + "; allowed: " + namesOf([](const FitMethod&) { return true; }));
}

const FitMethod& fitMethod(const Settings& settings) {
  return fitMethod(settings.text("fit.method"));
}

long long usualIterations(const Settings& settings) {
  const FitMethod& method = fitMethod(settings);
  const bool exact = method.exactIterations > 0 && settings.text("fit.estimator") == "exact";
  return exact ? method.exactIterations : method.iterations;
}

Index resamplesOf(const Settings& settings) {
  const FitMethod& method = fitMethod(settings);
  if (!method.resampling) return 0;
  return settings.integer(method.resamplesOnDemand ? "analysis.resample_fits" : "analysis.resamples");
}

std::string namesOf(bool (*holds)(const FitMethod&)) {
  std::string names;
  for (const auto& method : fitMethods())
    if (holds(method)) names += (names.empty() ? "" : ", ") + method.name;
  return names;
}

bool fitsRecordings(const FitMethod& method) {
  return method.fit != nullptr;
}

Student fitTrials(const Settings& settings, const std::vector<Trial>& trials, Progress& progress,
                  const LdsModel* held) {
  const FitMethod& method = fitMethod(settings);
  if (held && !method.heldEmissions)
    throw InputError("emissions are held for fit.method " + method.name +
                     "; allowed: " + namesOf([](const FitMethod& m) { return m.heldEmissions; }));
  if (!method.fit)
    throw InputError("fit.method is " + method.name +
                     ", which needs a known teacher; allowed for a recording: " + namesOf(fitsRecordings));
  Student student = method.fit(settings, trials, held, progress);
  student.seen = trials.front().activity.rows();
  student.steps = transitionsOf(trials);
  for (const auto& trial : trials) student.timePoints = std::max(student.timePoints, trial.activity.cols());
  addNotes(student, settings, trials, progress);
  return student;
}

}  // namespace keyhole
