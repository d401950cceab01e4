// The rows of the fit stage: which student, and how it is fitted.
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/setting_makers.h"
#include "core/experiment/settings/settings_rows.h"

#include <algorithm>

namespace keyhole {

using namespace setting_makers;

namespace {

constexpr auto inFit = Stage::fit;

std::vector<Choice> methods() {
  std::vector<Choice> choices;
  for (const auto& method : fitMethods()) choices.push_back({method.name, method.label, method.help});
  return choices;
}

// "200 of lds, 100 of slds, …"
std::string publishedIterations() {
  std::string text;
  for (const auto& method : fitMethods())
    if (method.iterations > 0)
      text += (text.empty() ? "" : ", ") + std::to_string(method.iterations) + " of " + method.name +
              (method.name == "lds" ? " as published" : "");
  return text;
}

// The methods that take this setting.
Applies takenBy(const std::string& key) {
  Applies applies{"fit.method", {}};
  for (const auto& method : fitMethods())
    if (std::find(method.takes.begin(), method.takes.end(), key) != method.takes.end())
      applies.values.push_back(method.name);
  return applies;
}

std::vector<SettingRow> commonRows() {
  return {
      prominent(
          choice(inFit, "fit.method", methods(), "Student", "How the student is fitted to what is seen.")),
      number(inFit, "fit.rho", 0.001, {0, 1e6, kLog}, "", "Ridge ρ",
             "Prior precision on the student's weights (eq. 4). The slider begins at 1e-6; type 0 for none."),
      choice(inFit, "fit.phi",
             {{"same", "as the teacher", "The teacher's own φ; linear for a recording."},
              {"linear", "linear", "φ is the identity."},
              {"tanh", "tanh", "Saturating rates."}},
             "Transfer function φ", "The nonlinearity that the student is given."),
      choice(inFit, "fit.offset",
             {{"auto", "as the data ask",
               "On for a recording, off for a known circuit, whose equation has no constant."},
              {"on", "on", "A constant drive of every unit."},
              {"off", "off", "None: a mean of the activity then passes for a mode that lasts."}},
             "Constant drive b",
             "Whether the student has a constant drive beside its recurrence; CORNN has it inside of tanh."),
      flag(inFit, "fit.use_input", true, "Give it the input",
           "The student is given the task's input as well; off: the fit ignores it.",
           {{"teacher.kind", {"chain", "line-attractor"}}, {"simulation.task", {"integration"}}}),
      integer(inFit, "fit.steps", 5000, {50, 1000000, kLog}, "steps", "Steps fitted",
              "Only this many time points, from the first, are fitted. MAP takes all of them."),
      integer(inFit, "fit.iterations", 0, {0, 100000, kLog}, "", "Iterations",
              "At most this many: of EM, of CORNN's update, passes of FORCE, epochs of BPTT; 0: as many as "
              "published, " +
                  publishedIterations() +
                  "; exact EM of lds ends where its gradient is at rest, or after 1000."),
      integer(inFit, "fit.seed", 1, {0, 9007199254740992.0}, "", "Seed of the fit",
              "Of the fit's own random start, such as the rotation of the latents."),
      integer(
          inFit, "fit.restarts", 0, {0, 100}, "starts", "Starts",
          "Fits from this many starts; what is random in them has the seeds from the fit's seed on. The best "
          "end is shown, of the published estimator the first. 0: four of exact EM that begins with several "
          "starts, else one."),
  };
}

std::vector<SettingRow> latentRows() {
  return {
      integer(inFit, "fit.latents", 5, {1, 20}, "latents", "Latents L", "Dimension of the latent state."),
      integer(inFit, "fit.states", 3, {1, 10}, "states", "Discrete states K", "Number of linear systems."),
      number(inFit, "fit.stickiness", 0, {0, 1e6}, "steps", "Stickiness κ",
             "Pseudo-counts of staying in each discrete state: a prior against short visits."),
      flag(inFit, "fit.recurrent", true, "Recurrent",
           "Where the latent state is decides which system takes over; off: a Markov chain decides."),
      choice(inFit, "fit.estimator",
             {{"exact", "exact EM", "Maximum likelihood of all parameters."},
              {"published", "as published",
               "Emissions from PCA in a random rotation, EM on the dynamics alone: the paper's figures."}},
             "Estimator", "Two ways to fit one model; they disagree."),
      choice(
          inFit, "fit.lds_start",
          {{"several", "several starts",
            "Subspace identification, principal components, factor analysis, falling noise floors, followed "
            "channels: the best end."},
           {"subspace", "subspace identification", "The model of N4SID; further starts are random."},
           {"pca", "principal components", "Of standardised units; further starts are random."},
           {"factors", "factor analysis", "Likewise."},
           {"annealed", "falling noise floors",
            "Principal components, then under noise floors from a hundredth of each variance down."},
           {"channels", "followed channels",
            "Latents that follow as many units exactly: those that leave least of the others."},
           {"random", "random dynamics", "All starts are random."}},
          "EM starts from", "What exact EM improves on.", {{"fit.estimator", {"exact"}}}),
      choice(inFit, "fit.emissions",
             {{"orthonormal", "orthonormal", "CᵀC = I, as in the paper."}, {"free", "free", "Any C."}},
             "Emissions C",
             "How the latents show in the units. With one discrete state both are the same models in other "
             "coordinates.",
             {{"fit.estimator", {"exact"}}}),
      choice(inFit, "fit.noise",
             {{"diagonal", "diagonal", "As in the paper."}, {"full", "full", "Any covariance."}},
             "Dynamics noise Q",
             "Covariance of the latent noise. For exact EM both are the same models, written in other axes; "
             "of the "
             "published estimator, which holds C, a rotation with diagonal Q is another model."),
      choice(inFit, "fit.emission_noise",
             {{"floor", "diagonal, floored",
               "A variance for every unit, never below a ten-thousandth of the unit's own."},
              {"diagonal", "diagonal", "Without a floor: then the likelihood has no maximum."},
              {"isotropic", "isotropic", "One variance for all."}},
             "Observation noise R", "Variance of what the latents do not explain.",
             {{"fit.estimator", {"exact"}}}),
      choice(inFit, "fit.input_timing",
             {{"arrival", "at arrival", "u_t enters at x_t, as published."},
              {"departure", "at departure",
               "u_{t-1} enters at x_t: the true timing of the simulated circuits."}},
             "Input timing", "Which input drives the step to x_t."),
      flag(inFit, "fit.bias", true, "Bias b", "A constant drive of the latents."),
      flag(inFit, "fit.direct", true, "Direct input G", "The input also acts on the units directly."),
      flag(inFit, "fit.stable", false, "Keep it stable", "The spectral radius of F stays at or below 1."),
      choice(inFit, "fit.weighting",
             {{"n4sid", "N4SID", "No weighting (Van Overschee & De Moor 1994)."},
              {"cva", "CVA", "Canonical variates (Larimore 1990)."}},
             "Weighting", "Of the projection from which the states are read."),
  };
}

std::vector<SettingRow> networkRows() {
  return {
      choice(
          inFit, "fit.loss",
          {{"weighted", "weighted", "Errors over 1 - y², those above the threshold left out (as published)."},
           {"standard", "standard", "Plain errors."},
           {"robust", "robust", "Errors clipped at ± the threshold."}},
          "Loss", "How CORNN weighs its errors."),
      number(inFit, "fit.threshold", 1, {0.01, 100, kLog}, "", "Threshold c",
             "Errors above it are left out (weighted) or clipped (robust).",
             {{"fit.loss", {"weighted", "robust"}}}),
      number(inFit, "fit.l2", 1e-5, {1e-12, 1, kLog}, "", "Ridge λ", "CORNN's ridge is λ (T - 1)."),
      number(inFit, "fit.p0", 0.01, {1e-6, 1000, kLog}, "", "Learning rate P₀",
             "FORCE begins with P = P₀ I: small is cautious."),
      number(inFit, "fit.gain", 1.5, {0, 5}, "", "Gain g of the start",
             "FORCE's weights begin at N(0, g²/n)."),
      integer(inFit, "fit.reset_every", 0, {0, 100000}, "steps", "Reset every",
              "How often FORCE puts the network's state back onto the recording; 0: only at the start of a "
              "pass."),
      integer(inFit, "fit.hidden", 0, {0, 500}, "units", "Hidden units",
              "Units of the student that nobody saw."),
      choice(
          inFit, "fit.forcing_kind",
          {{"generalized", "generalized", "Every state is a mixture of the student's and the recording's."},
           {"stochastic", "stochastic", "At random steps the recording takes over."}},
          "Teacher forcing", "How the recording holds the student during training."),
      number(inFit, "fit.forcing", 0.5, {0, 1}, "", "Forcing",
             "Share of the recording, or probability of a step."),
      integer(inFit, "fit.window", 500, {2, 5000, kLog}, "steps", "Window", "Length of a training run."),
      choice(inFit, "fit.optimizer",
             {{"sgd", "SGD with momentum", "As published."}, {"adam", "Adam", "Kingma & Ba 2015."}},
             "Optimizer", "How the gradient is followed."),
      number(inFit, "fit.learning_rate", 0.01, {1e-6, 10, kLog}, "", "Learning rate", "Length of a step."),
      number(inFit, "fit.momentum", 0.9, {0, 0.99}, "", "Momentum",
             "How long a gradient is remembered: SGD's momentum, Adam's β₁."),
      number(inFit, "fit.start_gain", 0.5, {0, 5}, "", "Gain g of the start",
             "BPTT's weights begin at N(0, g²/n)."),
      number(inFit, "fit.weight_decay", 0, {0, 10}, "", "Weight decay", "Penalty on ‖A‖² beside the error."),
  };
}

}  // namespace

std::vector<SettingRow> fitRows() {
  auto rows = commonRows();
  for (auto* more : {latentRows, networkRows})
    for (auto& row : more()) rows.push_back(std::move(row));
  for (auto& row : rows)
    if (row.key != "fit.method") row.applies.insert(row.applies.begin(), takenBy(row.key));
  return rows;
}

}  // namespace keyhole
