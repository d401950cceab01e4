// `keyhole fit`: a student fitted to a recording.
#include "app/cli/commands.h"
#include "app/cli/fit_options.h"
#include "app/cli/fit_report.h"
#include "app/cli/fit_stream.h"
#include "app/cli/option_values.h"
#include "app/cli/reading_options.h"
#include "core/common/error.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/settings/recording_options.h"
#include "core/io/formats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace keyhole::cli {
namespace {

struct FitArguments {
  FitOptions options;
  ReadingOptions reading;
  FitFiles files;
  std::string method = "map", alpha, out;
};

FitRequest readRequest(const FitArguments& arguments) {
  FitRequest request;
  Settings settings = arguments.options.settings(arguments.method);
  setAlpha(settings, arguments.alpha);
  arguments.reading.applyTo(settings);
  request.settings = effective(settings);
  request.alphaAssumed = alphaIsAssumed(request.settings);
  request.heldEmissions = arguments.options.heldEmissions();
  return request;
}

Index channelsThatVary(const std::vector<Trial>& trials) {
  Index count = 0;
  for (Index i = 0; i < trials.front().activity.rows(); ++i) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Trial& trial : trials)
      for (const double value : trial.activity.row(i))
        if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
    count += high > low;
  }
  return count;
}

// The usual number of latents is meant for recordings of at least as many channels.
void limitLatents(FitRequest& request) {
  const auto usual = static_cast<Index>(request.settings.integer("fit.latents"));
  const Index most = request.data.trials.empty() ? usual : channelsThatVary(request.data.trials);
  if (!request.settings.applies(settingRow("fit.latents")) || most < 1 || most >= usual) return;
  request.settings.set("fit.latents", static_cast<long long>(most));
  request.data.warnings.push_back("the number of latents is not given; " + std::to_string(most) +
                                  ", as many as there are channels that vary, are taken instead of " +
                                  std::to_string(usual));
}

int runFit(const FitArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".json"});
  FitRequest request = readRequest(arguments);
  FitFiles files = arguments.files;
  files.reading = recordingOptions(request.settings);
  files.reading.missingAllowed = fitMethod(request.settings).missingSamples;
  std::optional<FitReport> streamed = streamedFit(request, files, console.progress);
  if (!streamed) {
    request.data = readTrials(files, console.progress);
    if (request.data.seconds > 0) request.dt = request.data.seconds;
    if (!arguments.options.latentsAreGiven()) limitLatents(request);
  }
  const FitReport report =
      streamed ? std::move(*streamed) : fitAndReport(std::move(request), console.progress);
  for (const auto& warning : report.warnings) say(console, "warning: " + warning);
  for (const auto& claim : report.claims) say(console, claim);
  if (!report.good) say(console, report.message);
  deliver(console, arguments.out, jsonText(report.json));
  if (report.stopped) say(console, "stopped: the result is the best so far");
  if (report.stopped) return kStopped;
  return report.good ? kGood : kNumericalFailure;
}

constexpr const char* kFitHelp =
    R"(Each RECORDING holds one row per time point and one column per neuron. In a file of several arrays one is named
behind a colon: file.mat:data.spikes, file.h5:group/array, file.mat:D(3).data, file.mat:x[:,:,2] (counted from 1);
keyhole contents FILE lists them. An array of structs, a cell array and the last of three axes are trials, and so
are several recordings: of the same neurons, of any lengths; no step leads from one into the next. What was guessed,
left out or reinterpreted when a file was read stands in warnings, and what of the recording endangers the fit.

The result is JSON: method, neurons, timepoints, options, recording (see keyhole summary --help; with parameters, the
numbers that the fit chose, and samples_per_parameter, effective samples times units for each), dynamics (the matrix A of
x[t] = (1-alpha) x[t-1] + alpha (A phi(x[t-1]) + V u[t-1] + b), as rows), eigenvalues lambda ([re, im], by
falling real part; the marginal line is re = 1). Of each of them: map_moduli |lambda(F)| = |1-alpha+alpha lambda|
(a mode of the fitted map x[t] = F x[t-1] grows if this is above 1), time_constants_steps -1/ln of these (negative:
the mode grows), time_constants_seconds (with --dt or a clock in the file), persistence: decays, lasts (decays in
more than persistence_limit_steps, n/14.1 of n steps: that cannot be told from a mode that never decays), grows or
within a step (faster than what was sampled). Of a student with tanh all of these are told at 0, where it need not
rest (verdict, below, is told at its point of rest). They do not depend on alpha, of linear students and but for the
ridge. By this alpha: eigenvalues, time_constants |1/(1 - re)| as published, in units of tau, and map_time_constants,
the map's in tau. line_attractor_score log2(tau1/tau2) of the two modes that lead by the map (by the
published tau, or if these are not the first two that are listed, by the map's), published_line_attractor_score (of
the first two that are listed) and map_line_attractor_score (by the map's tau), line_attractor_status (of the map:
defined, complex leading pair, unstable, marginal, alternating, undetermined, too few modes, too few time points), explained_variance of a noise-free run from the first sample (of a latent model:
of its smoothed reconstruction), one_step_r2 (of x[t] - (1-alpha) x[t-1], by this alpha: of a small one nearly
the step itself, half of which can be foreseen even of white noise; below 0 is worse than the mean step), henrici (0 for a
normal matrix, up to 1), undetermined (per eigenvalue: true if rounding alone could have put it elsewhere),
verdict (kind, which of a recording is undecided, and the sentence that the window shows and keyhole attractors says
of this student: what the fit claims, with its reservations; it also goes to the standard error), intervals (of the claim over resamples of blocks of the recording, 95 %: sentence, offered, same_claim the share of
resamples that claim the same, at_zero whether that is of the dynamics at 0, as of a student with tanh, [low, high] of leading_tau, line_attractor_score and by mode of re, im and
map_time_constants; null where there is no such end: it is the spread of this estimator on these units, not the
distance to the circuit; of map and subspace, of lds with --resample-fits), prediction (whether the recording remembers for as long as the student claims: its
autocorrelation along the student's slow direction, by lags in time steps, and low, median and high of simulations
of the student that were fitted again; sentence, standing, claimed_steps, decisive_lag, lower the share of the simulations that
remember more there), ridge_dominance rho/(alpha^2 s) with s the smallest eigenvalue of the sum of phi phi^T (above about 0.1 the
ridge visibly pulls), warnings, summary (status, iterations, seconds, message), run
(version, seed, settings). A status is the test that
fired: solved (the normal equations), converged (the gradient, or the change, fell below the tolerance), iteration limit (all
iterations were used, or they ended early with the last good parameters: the message says why), stopped (the best
so far), no eigenvalues (their iteration failed; the dynamics stand); and without parameters: singular (normal
equations), diverged (a number left the finite range). With --input also
input_matrix V. Of several recordings, timepoints is the total and trials
lists each (file, timepoints). What is infinite or undefined is null.

Students of a recording have a constant drive b, since without one the mean of the activity passes for a mode that
lasts (map, cornn, force, bptt: --offset, of cornn inside of tanh; lds, slds and subspace have a level of their own).

Iterative methods add log_likelihood, evidence_lower_bound or loss (one per iteration). lds adds its parameters,
x[t] = F x[t-1] + V u[t] + b + N(0, Q), y[t] = C x[t] + G u[t] + c + N(0, R) (with --input-timing departure
V u[t-1], G u[t] as before): transition, input_matrix,
dynamics_bias, dynamics_cov, emission, emission_input, emission_bias, emission_var, initial_mean,
initial_covariance (subspace: the same); and restarts (seed, line_attractor_score, line_attractor_status, eigenvalues, log_likelihood; of exact
EM also start, status and iterations: what it began with, and how it ended). Exact EM also adds promised_rise (nats that
the gradient at its end still promises; it is at rest below 0.0001) and noise_floor (the share of a channel's variance
below which its noise may not fall, and the channels that are there: --emission-noise diagonal has none, and then the
likelihood has no maximum). It is fitted with free emissions and full dynamics noise, which is the same class of models
as orthonormal emissions and diagonal noise, and written in the coordinates that were asked for. slds adds states
(dynamics, eigenvalues, score and share of the time of each), log_transition, recurrent_weights and path (of
several recordings: of the first, as is its explained_variance), and the emission as for lds. student holds what no
other key says, so that keyhole attractors --student reads back the very same student: alpha, alpha_assumed, phi, convention, seen,
time_points (of the longest trial), steps (of all), input_at_arrival, input_weights V, drive b (null for none),
drive_inside c (of cornn, x ← (1-α) x + α tanh(A x + c); else null), noise_covariance, inferred_states (one row per time
point), posterior (slds), shown_start (of restarts). Right after a stop, what is said of a long
recording (more than 20000 time points, of many states or latents and with missing samples also fewer) rests on
its beginning, and a warning says on how much; path ends there too. For lds and slds NaN is a missing sample.
--emissions-from holds the emissions of an earlier result and fits the dynamics.

One recording of more than 200 million numbers in .npy, HDF5 or MATLAB 7.3 is fitted by map or subspace in one
pass, in small memory: without --input, --observed, --steps and trials cut from intervals. What needs the samples again
(intervals, prediction, explained_variance and most of recording) is then null, and a warning says so; subspace takes
its offsets, noise and one_step_r2 from ten stretches of the recording, 10 million numbers.

Exit codes: 0 good; 2 bad input or usage; 3 numerical failure (the JSON is written, its summary says why).

Examples:
  keyhole fit activity.npy --method map
  keyhole fit spikes.mat:Q --alpha 0.01 --dt 0.01 -o fit.json
  keyhole fit spikes.mat:Q --dt 0.001 --steps bin:0.02,smooth:0.05,zscore
  keyhole fit neurons-by-time.csv --transpose --phi tanh --observed 25
  keyhole fit trial1.npy trial2.npy --method lds --input input1.npy input2.npy)";

}  // namespace

void addFitCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<FitArguments>();
  CLI::App* command =
      app.add_subcommand("fit", "Fit a student to recordings and print what it claims, as JSON");
  FitFiles& files = arguments->files;
  command
      ->add_option("RECORDING", files.recordings,
                   "The recording (" + extensionList() + "); several are trials of the same neurons")
      ->type_name("");
  command
      ->add_option("--method", arguments->method,
                   "The fit: " + namesOf(fitsRecordings) + " (default map, maximum a posteriori)")
      ->type_name("NAME");
  command
      ->add_option("--alpha", arguments->alpha,
                   "Time step in units of tau, above 0 and up to 1 (else 0.01 is assumed, with a warning)")
      ->type_name("NUMBER");
  arguments->reading.addTo(*command, false);
  command
      ->add_option(
          "--input", files.inputs,
          "Known input, one row per time point; row t acts on the step from t to t+1 (latent models: "
          "to t, see --input-timing); one file per RECORDING, in the same order")
      ->type_name("FILE …");
  command->add_option("--observed", files.observed, "Fit the first N neurons only (default: all)")
      ->type_name("N");
  command->add_option("-o,--out", arguments->out, "Write the result here (default: standard output)")
      ->type_name("OUT.json");
  arguments->options.addTo(*command);
  command->footer(kFitHelp);
  command->callback([arguments, &chosen] {
    separateRecordings(arguments->files);
    if (arguments->files.recordings.empty()) throw CLI::RequiredError("RECORDING");
    chosen = [arguments](Console& console) { return runFit(*arguments, console); };
  });
}

}  // namespace keyhole::cli
