// The rows of the fit stage: which student, and how it is fitted.
#include "core/experiment/settings/setting_makers.h"
#include "core/experiment/settings/settings_rows.h"

namespace keyhole {

using namespace setting_makers;

namespace {

constexpr auto s = Stage::fit;

std::vector<Applies> forMethods(std::vector<std::string> methods) {
  return {{"fit.method", std::move(methods)}};
}

const std::vector<std::string> kLatent = {"lds", "slds", "subspace"};
const std::vector<std::string> kEm = {"lds", "slds"};
const std::vector<std::string> kIterative = {"lds", "slds", "cornn", "force", "bptt"};
const std::vector<std::string> kFromTrials = {"lds", "slds", "subspace", "cornn", "force", "bptt"};

std::vector<Choice> methods() {
  return {
      {"map", "MAP", "Ridge regression with the teacher's own form (eq. 4)."},
      {"stationary-continuous", "Long-time limit, α → 0",
       "T → ∞ and ρ = 0 for linear φ, from the Lyapunov equation."},
      {"stationary-discrete", "Long-time limit, exact α", "T → ∞ and ρ = 0 for linear φ at this α."},
      {"lds", "Latent LDS", "A latent linear dynamical system, as in Figs. 1 and 2."},
      {"slds", "Switching LDS", "Several latent linear systems that take turns (Linderman et al. 2017)."},
      {"subspace", "Subspace identification", "A latent linear system without iterations (N4SID, CVA)."},
      {"cornn", "CORNN", "Convex fit of a tanh network with leaky rates (Dinc et al. 2023)."},
      {"force", "FORCE", "Recursive least squares on a running network (Sussillo & Abbott 2009)."},
      {"bptt", "BPTT", "Back-propagation through time with teacher forcing."},
  };
}

std::vector<SettingRow> commonRows() {
  const auto map = forMethods({"map"});
  return {
      prominent(choice(s, "fit.method", methods(), "Student", "How the student is fitted to what is seen.")),
      number(s, "fit.rho", 0.001, {0, 1000, kLog}, "", "Ridge ρ",
             "Prior precision on the student's weights (eq. 4). The slider begins at 1e-9; type 0 for none.",
             map),
      choice(s, "fit.phi",
             {{"same", "as the teacher", "The teacher's own φ; linear for a recording."},
              {"linear", "linear", "φ is the identity."},
              {"tanh", "tanh", "Saturating rates."}},
             "Transfer function φ", "The nonlinearity that the student is given.",
             forMethods({"map", "force", "bptt"})),
      flag(s, "fit.use_input", true, "Give it the input",
           "The student is given the task's input as well; off: the fit ignores it.",
           {{"teacher.kind", {"chain", "line-attractor"}},
            {"simulation.task", {"integration"}},
            {"fit.method", {"map", "lds", "slds", "subspace", "force", "bptt"}}}),
      integer(s, "fit.steps", 5000, {50, 1000000, kLog}, "steps", "Steps fitted",
              "The first so many time points of the recording are fitted. MAP takes all of them.",
              forMethods(kFromTrials)),
      integer(s, "fit.iterations", 200, {1, 100000, kLog}, "", "Iterations",
              "At most so many: of EM, of CORNN's update, passes of FORCE, epochs of BPTT.",
              forMethods(kIterative)),
      integer(s, "fit.seed", 1, {0, 9007199254740992.0}, "", "Seed of the fit",
              "Of the fit's own random start, such as the rotation of the latents.", forMethods(kIterative)),
      integer(s, "fit.restarts", 1, {1, 100}, "starts", "Starts",
              "Fits from so many starts, with the seeds from the fit's seed on. Exact EM shows the "
              "likeliest; the "
              "published estimator the first.",
              forMethods(kEm)),
  };
}

std::vector<SettingRow> latentRows() {
  return {
      integer(s, "fit.latents", 5, {1, 20}, "latents", "Latents L", "Dimension of the latent state.",
              forMethods(kLatent)),
      integer(s, "fit.states", 3, {1, 10}, "states", "Discrete states K", "Number of linear systems.",
              forMethods({"slds"})),
      flag(s, "fit.recurrent", true, "Recurrent",
           "Where the latent state is decides which system takes over; off: a Markov chain decides.",
           forMethods({"slds"})),
      choice(s, "fit.estimator",
             {{"exact", "exact EM", "Maximum likelihood of all parameters."},
              {"published", "as published",
               "Emissions from PCA in a random rotation, EM on the dynamics alone: the paper's figures."}},
             "Estimator", "Two ways to fit one model; they disagree.", forMethods({"lds"})),
      choice(
          s, "fit.lds_start",
          {{"pca", "principal components", "In a random rotation of the latents."},
           {"subspace", "subspace identification",
            "The first start is the model of subspace identification (N4SID); further starts are random."}},
          "EM starts from", "What exact EM improves on.",
          {{"fit.method", {"lds"}}, {"fit.estimator", {"exact"}}}),
      choice(s, "fit.emissions",
             {{"orthonormal", "orthonormal", "CᵀC = I, as in the paper."}, {"free", "free", "Any C."}},
             "Emissions C", "How the latents show in the units.", forMethods(kEm)),
      choice(s, "fit.noise",
             {{"diagonal", "diagonal", "As in the paper; then a rotation of the latents is another model."},
              {"full", "full", "Then the basis of the latents does not matter."}},
             "Dynamics noise Q", "Covariance of the latent noise.", forMethods(kEm)),
      choice(s, "fit.emission_noise",
             {{"diagonal", "diagonal", "A variance for every unit."},
              {"isotropic", "isotropic", "One variance for all."},
              {"floor", "diagonal, floored", "Never below a ten-thousandth of the unit's variance."}},
             "Observation noise R", "Variance of what the latents do not explain.", forMethods(kEm)),
      choice(s, "fit.input_timing",
             {{"arrival", "at arrival", "u_t enters at x_t, as published."},
              {"departure", "at departure",
               "u_{t-1} enters at x_t: the true timing of the simulated circuits."}},
             "Input timing", "Which input drives the step to x_t.", forMethods({"lds"})),
      flag(s, "fit.bias", true, "Bias b", "A constant drive of the latents.", forMethods(kEm)),
      flag(s, "fit.direct", true, "Direct input G", "The input also acts on the units directly.",
           forMethods(kEm)),
      flag(s, "fit.stable", false, "Keep it stable", "The spectral radius of F stays at or below 1.",
           forMethods({"lds"})),
      choice(s, "fit.weighting",
             {{"n4sid", "N4SID", "No weighting (Van Overschee & De Moor 1994)."},
              {"cva", "CVA", "Canonical variates (Larimore 1990)."}},
             "Weighting", "Of the projection from which the states are read.", forMethods({"subspace"})),
  };
}

std::vector<SettingRow> networkRows() {
  const auto bptt = forMethods({"bptt"});
  const auto force = forMethods({"force"});
  return {
      choice(s, "fit.loss",
             {{"weighted", "weighted", "Errors over 1 - y², those above 1 left out (as published)."},
              {"standard", "standard", "Plain errors."},
              {"robust", "robust", "Errors clipped at ±1."}},
             "Loss", "How CORNN weighs its errors.", forMethods({"cornn"})),
      number(s, "fit.l2", 1e-5, {1e-12, 1, kLog}, "", "Ridge λ", "CORNN's ridge is λ (T - 1).",
             forMethods({"cornn"})),
      number(s, "fit.p0", 0.01, {1e-6, 1000, kLog}, "", "Learning rate P₀",
             "FORCE begins with P = P₀ I: small is cautious.", force),
      number(s, "fit.gain", 1.5, {0, 5}, "", "Gain g of the start", "The weights begin at N(0, g²/n).",
             forMethods({"force", "bptt"})),
      integer(s, "fit.reset_every", 0, {0, 100000}, "steps", "Reset every",
              "FORCE puts the network's state back onto the recording so often; 0: only where a pass begins.",
              force),
      integer(s, "fit.hidden", 0, {0, 500}, "units", "Hidden units", "Units of the student that nobody saw.",
              bptt),
      choice(
          s, "fit.forcing_kind",
          {{"generalized", "generalized", "Every state is a mixture of the student's and the recording's."},
           {"stochastic", "stochastic", "At random steps the recording takes over."}},
          "Teacher forcing", "How the recording holds the student during training.", bptt),
      number(s, "fit.forcing", 0.5, {0, 1}, "", "Forcing",
             "Share of the recording, or probability of a step.", bptt),
      integer(s, "fit.window", 500, {2, 5000, kLog}, "steps", "Window", "Length of a training run.", bptt),
      choice(s, "fit.optimizer",
             {{"sgd", "SGD with momentum", "Momentum 0.9, as published."},
              {"adam", "Adam", "Kingma & Ba 2015."}},
             "Optimizer", "How the gradient is followed.", bptt),
      number(s, "fit.learning_rate", 0.01, {1e-6, 10, kLog}, "", "Learning rate", "Length of a step.", bptt),
  };
}

}  // namespace

std::vector<SettingRow> fitRows() {
  auto rows = commonRows();
  for (auto* more : {latentRows, networkRows})
    for (auto& row : more()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace keyhole
