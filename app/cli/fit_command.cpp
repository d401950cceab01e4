// `keyhole fit`: a student fitted to a recording.
#include "app/cli/commands.h"
#include "app/cli/fit_options.h"
#include "app/cli/fit_report.h"
#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/io/recording_file.h"

#include <cmath>
#include <limits>
#include <memory>

namespace keyhole::cli {
namespace {

struct FitArguments {
  FitOptions options;
  std::string recording, method = "map", alpha = "0.01", rho = "0.001", phi = "linear", input, dt, observed,
                         out;
  bool transpose = false;
};

// The long-time limits need a known teacher.
void requireMethod(const std::string& method) {
  std::vector<std::string> names;
  for (const auto& choice : settingRow("fit.method").choices)
    if (!choice.name.starts_with("stationary")) names.push_back(choice.name);
  requireChoice("--method", method, names);
}

bool takesMissingSamples(const std::string& method) {
  return method == "lds" || method == "slds";
}

FitRequest readRequest(const FitArguments& arguments) {
  const double most = std::numeric_limits<double>::max();
  requireChoice("--phi", arguments.phi, {nameOf(Nonlinearity::linear), nameOf(Nonlinearity::tanh)});
  FitRequest request;
  requireMethod(arguments.method);
  request.settings = arguments.options.settings(arguments.method);
  request.heldEmissions = arguments.options.heldEmissions();
  request.transpose = arguments.transpose;
  request.map.alpha = numberOption("--alpha", arguments.alpha, {0, false, 1, "a number above 0 and up to 1"});
  request.map.rho = numberOption("--rho", arguments.rho, {0, true, most, "a number from 0"});
  request.map.phi = arguments.phi == "tanh" ? Nonlinearity::tanh : Nonlinearity::linear;
  request.settings.set("simulation.alpha", request.map.alpha);
  request.settings.set("fit.phi", arguments.phi);
  if (!arguments.dt.empty())
    request.dt = numberOption("--dt", arguments.dt, {0, false, most, "a number of seconds above 0"});
  return request;
}

// Leaves the first channels only.
void keepFirst(Recording& recording, Index kept) {
  recording.activity.conservativeResize(kept, Eigen::NoChange);
  if (!recording.channelNames.empty()) recording.channelNames.resize(static_cast<std::size_t>(kept));
}

// The input as m x T, from a file of T rows (or of a single row of T numbers).
Matrix readInput(const std::string& file, const Recording& recording) {
  Matrix input = readMatrixFile(file);
  const Index T = recording.activity.cols();
  if (input.rows() == 1 && T > 1) input.transposeInPlace();
  if (input.rows() != T)
    throw InputError("the input " + file + " has " + std::to_string(input.rows()) +
                     " rows; allowed: " + std::to_string(T) + ", one per time point of " + recording.source);
  for (Index j = 0; j < input.cols(); ++j)
    for (Index t = 0; t < T; ++t)
      if (!std::isfinite(input(t, j)))
        throw InputError("the input " + file + " has the value " + toText(input(t, j)) + " in row " +
                         std::to_string(t + 1) + ", column " + std::to_string(j + 1) +
                         "; allowed: finite numbers");
  return input.transpose();
}

int runFit(const FitArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".json"});
  FitRequest request = readRequest(arguments);
  request.recording = readRecording(
      arguments.recording, RecordingOptions{arguments.transpose, takesMissingSamples(arguments.method)});
  if (!arguments.observed.empty()) {
    request.observed = countOption("--observed", arguments.observed, request.recording.activity.rows(),
                                   ", the neurons of " + arguments.recording);
    keepFirst(request.recording, *request.observed);
  }
  if (!arguments.input.empty()) {
    request.inputFile = arguments.input;
    request.input = readInput(arguments.input, request.recording);
  }
  if (auto warning = constantChannelWarning(request.recording); !warning.empty())
    request.warnings.push_back(std::move(warning));
  const FitReport report = fitAndReport(std::move(request), console.progress);
  for (const auto& warning : report.warnings) say(console, "warning: " + warning);
  if (!report.good) say(console, report.message);
  deliver(console, arguments.out, jsonText(report.json));
  if (report.stopped) say(console, "stopped: the result is the best so far");
  if (report.stopped) return kStopped;
  return report.good ? kGood : kNumericalFailure;
}

constexpr const char* kExplanation = R"(RECORDING holds one row per time point and one column per neuron:
  .npy         numbers in C or Fortran order, any numeric type
  .csv, .tsv   with or without a header line
  .mat         MATLAB; name the variable behind a colon: file.mat:variable

The result is JSON: method, neurons, timepoints, options, dynamics (the matrix A of
x[t] = (1-alpha) x[t-1] + alpha (A phi(x[t-1]) + V u[t-1]), as rows), eigenvalues ([re, im], by falling real
part; the marginal line is re = 1), time_constants |1/(1 - re)| in units of tau, line_attractor_score
log2(tau1/tau2) with line_attractor_status (defined, complex leading pair, unstable, marginal, undetermined,
too few modes), explained_variance of a noise-free run from the first sample (of a latent model:
of its smoothed reconstruction), one_step_r2, henrici (0 for a
normal matrix, up to 1), undetermined (per eigenvalue: true if rounding alone could have put it elsewhere),
ridge_dominance rho/(alpha^2 s) with s the smallest eigenvalue of the sum of phi phi^T (above about 0.1 the
ridge visibly pulls), warnings, summary (status, iterations, seconds, message). With --input also
input_matrix V, with --dt also time_constants_seconds. What is infinite or undefined is null.

Iterative methods add log_likelihood, evidence_lower_bound or loss (one per iteration). lds adds its parameters,
x[t] = F x[t-1] + V u[t] + b + N(0, Q), y[t] = C x[t] + G u[t] + c + N(0, R) (with --input-timing departure
V u[t-1], G u[t] as before): transition, input_matrix,
dynamics_bias, dynamics_cov, emission, emission_input, emission_bias, emission_var, initial_mean,
initial_covariance (subspace: the same); and restarts (seed, line_attractor_score, eigenvalues, log_likelihood). slds adds states
(dynamics, eigenvalues, score and share of the time of each), log_transition, recurrent_weights and path. For lds
and slds NaN is a missing sample. --emissions-from holds the emissions of an earlier result and fits the dynamics.

Exit codes: 0 good; 2 bad input or usage; 3 numerical failure (the JSON is written, its summary says why).

Examples:
  keyhole fit activity.npy --method map
  keyhole fit spikes.mat:Q --alpha 0.01 --dt 0.01 -o fit.json
  keyhole fit neurons-by-time.csv --transpose --phi tanh --observed 25)";

}  // namespace

void addFitCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<FitArguments>();
  CLI::App* command =
      app.add_subcommand("fit", "Fit a student to a recording and print what it claims, as JSON");
  command->add_option("RECORDING", arguments->recording, "The recording: .npy, .csv, .tsv, .txt or .mat")
      ->required()
      ->type_name("");
  command
      ->add_option(
          "--method", arguments->method,
          "The fit: map (maximum a posteriori, the default), lds, slds, subspace, cornn, force, bptt")
      ->type_name("NAME");
  command
      ->add_option("--alpha", arguments->alpha,
                   "Time step in units of tau, above 0 and up to 1 (default 0.01)")
      ->type_name("NUMBER");
  command->add_option("--rho", arguments->rho, "Ridge, from 0 (default 0.001)")->type_name("NUMBER");
  command->add_option("--phi", arguments->phi, "Transfer function: linear (default) or tanh")
      ->type_name("NAME");
  command->add_flag("--transpose", arguments->transpose, "RECORDING holds neurons in rows, time in columns");
  command
      ->add_option(
          "--input", arguments->input,
          "Known input, one row per time point; row t acts on the step from t to t+1 (latent models: "
          "to t, see --input-timing)")
      ->type_name("FILE");
  command
      ->add_option("--dt", arguments->dt, "Time between two samples in seconds; adds time_constants_seconds")
      ->type_name("SECONDS");
  command->add_option("--observed", arguments->observed, "Fit the first N neurons only (default: all)")
      ->type_name("N");
  command->add_option("-o,--out", arguments->out, "Write the result here (default: standard output)")
      ->type_name("OUT.json");
  arguments->options.addTo(*command);
  command->footer(kExplanation);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runFit(*arguments, console); };
  });
}

}  // namespace keyhole::cli
