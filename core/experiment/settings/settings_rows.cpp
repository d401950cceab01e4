#include "core/experiment/settings/settings_rows.h"

#include "core/experiment/settings/setting_makers.h"
#include "core/io/formats.h"

namespace keyhole {

using namespace setting_makers;

namespace {

std::vector<Applies> forKinds(std::vector<std::string> kinds) {
  return {{"teacher.kind", std::move(kinds)}};
}

const std::vector<std::string> kBuilt = {
    "low-rank-oscillator", "low-rank-orthogonal",   "low-rank-random", "chain",
    "triangular",          "excitatory-inhibitory", "gaussian",        "symmetric",
    "line-attractor"};

std::vector<std::string> knownKinds() {
  auto kinds = kBuilt;
  kinds.push_back("imported");
  return kinds;
}

std::vector<Choice> teacherKinds() {
  return {
      {"low-rank-oscillator", "Low rank, oscillator",
       "Rank 2 with the non-zero eigenvalues 0.5 ± 0.5i (Fig. 3)."},
      {"low-rank-orthogonal", "Low rank, orthogonal",
       "B = M Nᵀ with NᵀM = 0: all eigenvalues exactly 0, yet non-normal."},
      {"low-rank-random", "Low rank, random",
       "B = s M Nᵀ with random unit columns: a generic low-rank network."},
      {"chain", "Feedforward chain", "A functionally feedforward chain, hidden by a rotation (Fig. 2)."},
      {"triangular", "Triangular",
       "A random matrix stripped of its eigenvalues: generic non-normal, all exactly 0."},
      {"excitatory-inhibitory", "Excitatory–inhibitory",
       "Strong excitation balanced by inhibition (Murphy & Miller 2009)."},
      {"gaussian", "Gaussian", "Independent Gaussian weights: the generic random network."},
      {"symmetric", "Symmetric", "Random symmetric weights: normal, without a line attractor."},
      {"line-attractor", "Line attractor", "One slow mode, λ₁ = 0.999, above a fast bulk (Fig. 1)."},
      {"imported", "Matrix from a file", "A connectivity matrix of your own (" + extensionList() + ")."},
      {"recording", "Recording from a file",
       "A recording whose circuit is not known (" + extensionList() + ")."},
  };
}

// The functions below are tables: as long as they have rows.
std::vector<SettingRow> generalTeacherRows() {
  const auto s = Stage::teacher;
  return {
      prominent(choice(s, "teacher.kind", teacherKinds(), "Teacher",
                       "The circuit that is looked at, or a recording whose circuit is not known.")),
      text(s, "teacher.file", "", "File",
           "Path of the matrix or recording; in a file of several arrays, FILE:PATH (keyhole contents FILE).",
           forKinds({"imported", "recording"})),
      flag(s, "teacher.transpose", false, "Time in columns",
           "The file holds neurons x time instead of time x neurons.", forKinds({"recording"})),
      integer(s, "teacher.size", 500, {2, 1e6, kLog}, "units", "Units D",
              "Number of units of the teacher; at most 4000 if it is not of low rank.", forKinds(kBuilt)),
      choice(s, "teacher.phi",
             {{"tanh", "tanh", "Saturating rates."},
              {"linear", "linear", "φ is the identity, as in the paper's theory."}},
             "Transfer function φ", "The nonlinearity of every unit.", forKinds(knownKinds())),
      choice(s, "teacher.convention",
             {{"standard", "standard", "τ dz/dt = -z + B φ(z) + input (eq. 2)."},
              {"leaky-rate", "leaky rate", "τ dz/dt = -z + φ(B z) + input, as CORNN assumes."}},
             "Dynamics", "Where φ stands: inside or outside of the recurrent sum.", forKinds(knownKinds())),
      integer(s, "teacher.seed", 1, {0, 9007199254740992.0}, "", "Seed",
              "The one seed of every random number: network, start, noise, task and subset each have their "
              "own stream."),
  };
}

std::vector<SettingRow> kindRows() {
  const auto s = Stage::teacher;
  return {
      integer(s, "teacher.rank", 2, {1, 20}, "", "Rank r",
              "Number of columns of M and N, at most D/2 for orthogonal ones.",
              forKinds({"low-rank-orthogonal", "low-rank-random"})),
      number(s, "teacher.orthogonal_scale", 0.2, {0.001, 2, kLog}, "", "Scale s",
             "Degree of non-normality: γ² = s D/√r is every non-zero singular value.",
             forKinds({"low-rank-orthogonal"})),
      number(s, "teacher.random_scale", 1, {0, 20}, "", "Scale s",
             "B = s M Nᵀ; the columns of M and N are random and of unit length.",
             forKinds({"low-rank-random"})),
      number(s, "teacher.oscillator_gain", 12, {0, 50}, "", "Free part of N",
             "Size of the part of N that M cannot see, N(0, gain²/D) per entry: the non-normality.",
             forKinds({"low-rank-oscillator"})),
      number(s, "teacher.chain_beta", 0.5, {-2, 2}, "", "Skip strength β",
             "Every mode also feeds the first one with this weight.", forKinds({"chain"})),
      number(s, "teacher.chain_diagonal", 0, {-1, 0.99}, "", "Diagonal term",
             "Self-coupling of every mode: its eigenvalue.", forKinds({"chain"})),
      flag(s, "teacher.chain_rotated", true, "Hidden by a rotation",
           "B = U T Uᵀ with a random orthogonal U; off: the units are the modes.", forKinds({"chain"})),
      integer(s, "teacher.chain_skip", 0, {0, 100}, "", "Missing link, every",
              "Every k-th link is missing; 0: none.", forKinds({"chain"})),
      number(s, "teacher.triangular_gain", 2.8, {0, 10}, "", "Gain g",
             "Entries N(0, g²/D) of the matrix whose strict Schur triangle is kept.",
             forKinds({"triangular"})),
      number(s, "teacher.ei_weight", 4, {0, 50}, "", "Weight w",
             "Mean weight w/D_E of the outputs of the D_E excitatory units.",
             forKinds({"excitatory-inhibitory"})),
      number(s, "teacher.ei_inhibition", 1.1, {0, 5}, "", "Inhibition k",
             "Mean weight -k w/D_I of the outputs of the D_I inhibitory units: above 1, inhibition wins.",
             forKinds({"excitatory-inhibitory"})),
      number(s, "teacher.excitatory_fraction", 0.8, {0.05, 0.95}, "of units", "Excitatory units",
             "Fraction of the units that are excitatory; the others are inhibitory.",
             forKinds({"excitatory-inhibitory"})),
      number(s, "teacher.gaussian_gain", 0.8, {0, 5}, "", "Gain g",
             "Entries N(0, g²/D): for large D, all eigenvalues lie in a disc of radius g.",
             forKinds({"gaussian"})),
      number(s, "teacher.symmetric_gain", 0.6, {0, 5}, "", "Gain g",
             "B = (Q + Qᵀ)/2 with independent entries N(0, g²/D) of Q; for large D, its eigenvalues lie in ± "
             "√2 g.",
             forKinds({"symmetric"})),
      number(s, "teacher.leading_eigenvalue", 0.999, {0, 1.2}, "", "Leading eigenvalue λ₁",
             "The slow mode: its time constant is 1/(1 - λ₁), in units of τ.", forKinds({"line-attractor"})),
      choice(s, "teacher.bulk",
             {{"even", "evenly spaced",
               "λ₂ … λ_D evenly spaced in ± the half-width, random orthogonal eigenvectors."},
              {"constant", "all equal", "λ₂ = … = λ_D, random orthogonal eigenvectors."},
              {"oblique", "all equal, oblique",
               "The same with random non-orthogonal eigenvectors: not normal."}},
             "Other eigenvalues", "The spectrum below the leading eigenvalue.", forKinds({"line-attractor"})),
      number(s, "teacher.bulk_half_width", 0.4, {0, 0.99}, "", "Half-width",
             "λ₂ … λ_D lie evenly spaced in ± this.",
             {{"teacher.kind", {"line-attractor"}}, {"teacher.bulk", {"even"}}}),
      number(s, "teacher.bulk_value", 0.2, {-1, 0.99}, "", "Value", "The value of λ₂ = … = λ_D.",
             {{"teacher.kind", {"line-attractor"}}, {"teacher.bulk", {"constant", "oblique"}}}),
  };
}

}  // namespace

std::vector<SettingRow> teacherRows() {
  auto rows = generalTeacherRows();
  for (auto& row : kindRows()) rows.push_back(std::move(row));
  return rows;
}

std::vector<SettingRow> simulationRows() {
  const auto s = Stage::simulation;
  const auto known = forKinds(knownKinds());
  return {
      integer(s, "simulation.steps", 30000, {10, 10000000, kLog}, "steps", "Length T",
              "Recorded time steps, after the burn-in.", known),
      number(
          s, "simulation.alpha", 0.01, {0.0001, 1, kLog}, "Δt/τ", "Step α",
          "Time step in units of the units' time constant τ; for a recording, what the fit takes it to be."),
      flag(
          s, "simulation.alpha_known", false, "α is known",
          "The step of a recording is known to be this α. Without it 0.01, which nobody chose, is told to be "
          "assumed wherever something depends on it.",
          forKinds({"recording"})),
      number(s, "simulation.sigma", 0.2, {0, 10}, "", "Process noise σ",
             "Standard deviation of the noise per unit: σ ξ of eq. 2 with ξ ~ N(0, I).", known),
      number(s, "simulation.initial_scale", 1, {0, 100}, "", "Initial state",
             "Each unit starts at N(0, scale²). A start of 1 is large beside the stationary activity; a "
             "burn-in drops it.",
             known),
      integer(s, "simulation.burn_in", 0, {0, 1000000}, "steps", "Burn-in",
              "Steps dropped before the recording begins.", known),
      choice(s, "simulation.task",
             {{"none", "none", "Driven by noise alone."},
              {"integration", "integrate an input",
               "The signal of Figs. 1 and 2 enters along the integration mode."}},
             "Task", "What drives the teacher besides its noise.", forKinds({"chain", "line-attractor"})),
      number(s, "simulation.input_scale", 0.1, {0, 10}, "", "Input scale v₀",
             "The teacher receives v₀ s_t m: the signal s_t along its integration mode m.",
             {{"teacher.kind", {"chain", "line-attractor"}}, {"simulation.task", {"integration"}}}),
      number(s, "simulation.observation_noise", 0, {0, 10}, "", "Observation noise",
             "Standard deviation of what is added to every recorded sample; 0 in every figure of the paper.",
             known),
  };
}

std::vector<SettingRow> observationRows() {
  const auto s = Stage::observation;
  return {
      prominent(number(s, "observation.fraction", 0.05, {0.001, 1, kLog}, "of units", "Seen",
                       "The keyhole: the fraction f of the units that is recorded, d = max(1, round(f D)).",
                       {{"observation.subset", {"first", "random"}}})),
      choice(s, "observation.subset",
             {{"first", "the first d", "In the teacher's own order."},
              {"random", "a random d", "The first d of one random permutation per seed: subsets are nested."},
              {"chosen", "a list", "The units that you name."}},
             "Which units", "Which of the units are recorded."),
      text(s, "observation.units", "1-25", "Units",
           "The seen units, counted from 1, such as 1-25, 40, 60-70:2.",
           {{"observation.subset", {"chosen"}}}),
  };
}

std::vector<SettingRow> analysisRows() {
  const auto s = Stage::analysis;
  return {
      remaking(
          Remakes::search,
          number(s, "analysis.persistent_tau", 10, {1, 10000, kLog}, "τ", "Persistent above",
                 "A mode persists if it decays more slowly than this, in steps of α, or not at all. Of a "
                 "recording, whose τ is not known, its length decides.",
                 forKinds(knownKinds()))),
      remaking(
          Remakes::verdict,
          number(s, "analysis.score_threshold", 1, {0, 20}, "", "Line attractor score from",
                 "One real persistent mode, alone, with at least this score log₂(τ₁/τ₂) is called a line "
                 "attractor (Nair et al. 2023 "
                 "read about 1 and above so).")),
      remaking(Remakes::verdict,
               number(s, "analysis.exaggeration", 3, {1, 1000, kLog}, "times", "Exaggerated from",
                      "A persistent mode of the student that lasts this many times as long as the teacher's "
                      "counterpart "
                      "counts as "
                      "made up.")),
      remaking(
          Remakes::picture,
          choice(s, "analysis.student_noise",
                 {{"same", "the teacher's",
                   "The noise of the seen units drives the student too, so that the two can be overlaid."},
                  {"none", "none", "The student runs by itself."}},
                 "Noise in the student's run",
                 "What drives the displayed run of the student besides its input.", forKinds(knownKinds()))),
      remaking(
          Remakes::picture,
          choice(
              s, "analysis.flow_plane",
              {{"own", "each its own", "Teacher and student in the plane of their own principal components."},
               {"common", "the teacher's", "The student in the teacher's plane, as the seen units see it."}},
              "Plane of the flow", "In which plane the student's flow is drawn.", forKinds(knownKinds()))),
      remaking(
          Remakes::freeRuns,
          integer(
              s, "analysis.limit_runs", 15, {0, 50}, "runs", "Free runs",
              "Noise-free runs for the limit sets (Fig. 3 c-d), from random starts; 0: none, and no cycle is "
              "looked for.")),
      remaking(
          Remakes::freeRuns,
          integer(s, "analysis.limit_steps", 5000, {100, 50000, kLog}, "steps", "Length of a free run",
                  "Steps of each free run; those that do not come to rest go on for three times as long.")),
      remaking(
          Remakes::search,
          integer(s, "analysis.point_starts", 64, {0, 500}, "starts", "Starts for points of rest",
                  "Fixed and slow points are searched for from this many states of the activity, limit "
                  "cycles from the "
                  "free runs, after the picture; 0: neither is searched, and the verdict rests on the free "
                  "runs.")),
      remaking(
          Remakes::scores,
          integer(
              s, "analysis.draws", 0, {0, 500}, "draws", "Draws of the score",
              "Other circuits, and other random starts of the fit, whose scores are drawn beside the shown "
              "one; 0: "
              "none. Computed after the picture.")),
      remaking(Remakes::errors,
               integer(s, "analysis.resamples", 200, {0, 10000}, "resamples", "Resamples of the recording",
                       "From how many resamples of blocks of the recording the intervals of its fit's claim "
                       "come; 0: none. Computed after the picture.",
                       forKinds({"recording"}))),
      remaking(Remakes::errors,
               integer(s, "analysis.resample_fits", 0, {0, 1000}, "fits", "Resamples by whole fits",
                       "The same for a method whose every resample costs a whole fit (the latent LDS, which "
                       "then begins with the fit of the recording itself); 0: none, unless asked for.",
                       {{"teacher.kind", {"recording"}}, {"fit.method", {"lds"}}})),
      remaking(
          Remakes::errors,
          integer(s, "analysis.simulations", 40, {0, 1000}, "runs", "Simulations of the student",
                  "How often the student of a recording is run with its own noise and fitted again, to see "
                  "whether the recording remembers for as long as it claims; 0: not at all. Computed "
                  "after the picture.",
                  forKinds({"recording"}))),
      remaking(Remakes::search,
               number(s, "analysis.growth_time", 20, {1, 1000, kLog}, "τ", "Time of growth",
                      "How long the transient growth ‖exp(J t)‖ is followed.", forKinds(knownKinds()))),
      remaking(
          Remakes::search,
          integer(s, "analysis.growth_steps", 100, {2, 100000, kLog}, "steps", "Steps of growth",
                  "How long the transient growth ‖F^k‖ of a recording's student is followed, in steps k of "
                  "the recording.",
                  forKinds({"recording"}))),
      remaking(Remakes::freeRuns, number(s, "analysis.limit_start", 0.5, {0.001, 100, kLog}, "",
                                         "Start of a free run", "Each unit starts at N(0, scale²).")),
  };
}

std::vector<SettingRow> viewRows() {
  const auto s = Stage::view;
  return {
      integer(s, "view.units_shown", 4, {1, 20}, "units", "Units shown", "Traces in the activity panel."),
      integer(s, "view.snippet", 2000, {100, 5000, kLog}, "steps", "Steps shown",
              "Length of the traces in the activity panel."),
      flag(s, "view.speed_map", true, "Speed map", "Grey map of the speed behind the flow's arrows."),
      choice(s, "view.curve",
             {{"eigenvalue", "leading eigenvalue", "Re λ̂₁ of the students, with the theory."},
              {"second", "second eigenvalue",
               "Re λ̂₂ of the students; of a complex leading pair that of the pair."},
              {"score", "line attractor score", "log₂(τ₁/τ₂) of the students."},
              {"singular", "singular value", "The largest singular value of the students' weights."},
              {"left-overlap", "left singular vector",
               "How much û₁ of the students resembles the teacher's u₁."},
              {"right-overlap", "right singular vector",
               "How much v̂₁ of the students resembles the teacher's v₁."},
              {"henrici", "Henrici number", "How far from normal the students' weights are, from 0 to 1."}},
             "Curve of", "What the panel of curves shows."),
      choice(
          s, "view.curve_over",
          {{"observed", "seen fraction", "The fraction d/D of the units that is seen."},
           {"teacher.size", "units D", "The size of the circuit at the present number of seen units."},
           {"teacher.orthogonal_scale", "non-normality s",
            "The scale s of γ² = s D/√r of an orthogonal low-rank circuit."},
           {"teacher.chain_beta", "skip strength β", "The chain's connection over one unit."},
           {"simulation.steps", "length T", "How long the recording is."},
           {"simulation.sigma", "process noise σ", "What drives the circuit."},
           {"simulation.observation_noise", "observation noise", "What the recording adds to the activity."},
           {"fit.rho", "ridge ρ", "The penalty of the MAP fit."}},
          "Curve over",
          "What the panel of curves runs over; all but the first at the present number of seen "
          "units."),
      choice(s, "view.pseudospectrum",
             {{"student", "of the student",
               "Where its eigenvalues could go if its weights were a little different."},
              {"teacher", "of the teacher",
               "Where its eigenvalues could go if its weights were a little different."},
              {"none", "none", "Eigenvalues only."}},
             "Pseudospectrum",
             "Lines around the eigenvalues: a change of the weights of size ε (its largest singular value) "
             "can move one anywhere within the line of ε."),
      number(s, "view.prior", 0.5, {0.01, 0.99}, "", "Your prior",
             "Of a real slow variable behind a recording: the audit tells its probability with it, beside "
             "that of the reference table.",
             forKinds({"recording"})),
      choice(s, "view.theme",
             {{"system", "as the system", "Light or dark as the desktop is."},
              {"light", "light", "Dark on white."},
              {"dark", "dark", "Light on dark."}},
             "Theme", "Colours of the window; figures are always on white."),
  };
}

}  // namespace keyhole
