// `keyhole audit`: what a recording can say about its circuit.
#include "app/cli/commands.h"
#include "app/cli/fit_trials.h"
#include "app/cli/option_values.h"
#include "app/cli/reading_options.h"
#include "core/audit/audit.h"
#include "core/common/error.h"
#include "core/experiment/settings/recording_options.h"
#include "core/experiment/studies/score_draws.h"
#include "core/io/formats.h"
#include "core/report/audit_html.h"
#include "core/report/audit_json.h"
#include "core/report/run_record.h"

#include <memory>

namespace keyhole::cli {
namespace {

constexpr Index kLeastCircuits = 240;  // twenty of each mechanism

struct AuditArguments {
  ReadingOptions reading;
  FitFiles files;
  std::string alpha, out, circuits, fraction, seed;
  std::vector<std::string> assignments;
  bool quick = false;
};

Settings auditSettings(const AuditArguments& arguments) {
  Settings settings;
  settings.set("teacher.kind", std::string("recording"));
  settings.set("teacher.file", arguments.files.recordings.front());
  if (!arguments.alpha.empty())
    settings.set("simulation.alpha",
                 numberOption("--alpha", arguments.alpha, {0, false, 1, "a number above 0 and up to 1"}));
  arguments.reading.applyTo(settings);
  applySettings(settings, arguments.assignments);
  return settings;
}

std::string hashOf(const FitTrials& data) {
  Recording all;
  all.activity.resize(data.neurons(), data.timepoints());
  for (const auto& trial : data.trials) {
    Index at = 0;
    for (const Index T : all.trialLengths) at += T;
    all.activity.middleCols(at, trial.activity.cols()) = trial.activity;
    all.trialLengths.push_back(trial.activity.cols());
  }
  return fingerprint(all);
}

// "0.01:0.1".
priors::Range fractionFrom(const std::string& text) {
  const auto colon = text.find(':');
  const NumberRange range{0, false, 1, "LOW:HIGH with 0 < LOW <= HIGH <= 1"};
  if (colon == std::string::npos)
    throw InputError("--fraction is \"" + text + "\"; allowed: " + range.allowed);
  return {numberOption("--fraction", text.substr(0, colon), range),
          numberOption("--fraction", text.substr(colon + 1), range)};
}

AuditOptions auditOptions(const AuditArguments& arguments, const FitTrials& data,
                          const RecordingOptions& reading) {
  constexpr Index kMostCircuits = 1'000'000;
  AuditOptions options = arguments.quick ? quickAudit() : AuditOptions();
  if (arguments.circuits == "0")
    options.reference.circuits = 0;
  else if (!arguments.circuits.empty())
    options.reference.circuits =
        countOption("--circuits", arguments.circuits, kMostCircuits, ", or 0 for none");
  if (options.reference.circuits > 0 && options.reference.circuits < kLeastCircuits)
    throw InputError("--circuits is " + arguments.circuits + "; allowed: 0, or at least " +
                     std::to_string(kLeastCircuits) + " (fewer cannot be learned from)");
  if (!arguments.seed.empty())
    options.reference.seed = static_cast<std::uint64_t>(
        countOption("--seed", arguments.seed, 1'000'000'000, ", of the reference circuits"));
  if (!arguments.fraction.empty()) options.reference.fraction = fractionFrom(arguments.fraction);
  options.reference.cacheFolder = defaultCacheFolder();
  options.how = {reading.steps, data.seconds, false};
  return options;
}

int runAudit(const AuditArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".json", ".html"});
  const Settings settings = auditSettings(arguments);
  FitFiles files = arguments.files;
  files.reading = recordingOptions(settings);
  const FitTrials data = readTrials(files, console.progress);
  for (const auto& warning : data.warnings) say(console, "warning: " + warning);
  const AuditOptions options = auditOptions(arguments, data, files.reading);
  Index longest = 0;
  for (const auto& trial : data.trials) longest = std::max(longest, trial.activity.cols());
  const Sampling sampling{std::max<Index>(longest - 1, 1), data.seconds, arguments.alpha.empty()};
  const Audit audit =
      auditRecording(data.trials, recordedTrials(data), settings, sampling, options, console.progress,
                     [&](const std::string& sentence) { say(console, sentence); });
  console.progress.report(1, "");
  for (const auto& warning : audit.warnings) say(console, "warning: " + warning);
  const std::string hash = hashOf(data);
  if (arguments.out.ends_with(".html")) {
    deliver(console, arguments.out,
            auditHtml(audit, {data.files, hash, data.seconds, runRecord(effective(settings))}));
    return kGood;
  }
  nlohmann::ordered_json json;
  json["source"] = data.files;
  json["data_hash"] = hash;
  json.update(auditToJson(audit));
  json["run"] = runRecord(effective(settings));
  deliver(console, arguments.out, jsonText(json));
  return kGood;
}

constexpr const char* kAuditHelp =
    R"(A fitted model claims a slow mode. Is there a real slow variable, or did the keyhole make it up? No spontaneous
recording can tell a slow mode of the circuit from a slow input to it; only pushes decide that. With -o OUT.html the result is a
report to be read, one file with figures, tables, settings, seeds and the hash of the data. Else it is JSON:
  data_hash     of what was audited, all steps done
  limits        of the method, before any result
  recording     what it is (see keyhole summary --help)
  claim         what MAP and subspace identification claim, by method: eigenvalues, time_constants_steps (negative: it
                grows), line_attractor_score, held_out gain_on_no_change (1 - sum of squared errors of one step over
                that of no change, of blocks of time that were not fitted; 95 %, Student's t over the blocks), and
                intervals (see keyhole fit --help); methods_not_fitted
  prediction    by method: whether the recording remembers as long as the student claims (see keyhole fit --help)
  subsampling   MAP over nested random subsets of the units (means over orders): points (units, time_constant_steps,
                interval of 95 % over blocks of time), fall (largest log ratio of a subset's time constant to that of
                all), fall_from, p_value (of the fall, among reversible surrogates as long as the recording; null, and
                why_no_p_value, where it is shorter than 50 of its own slow times). A significant fall excludes symmetric
                circuits under white input, growth and plateaus exclude nothing
  reversibility statistic (largest standardised norm of the antisymmetric part of lagged covariances, leading
                components x all), lag, leading, p_value (random conjugates of the Fourier transform, which keep the
                whole real part of the cross-periodograms), effect (antisymmetric_share, entropy_production_per_step in
                nats of so many components), power (share of recordings of this length in which a rotation of the two
                leading components of a coherence is found at 5 %)
  truth         slow_mode: probability of a real slow variable (definition), in the circuit or its input, among simulated
                circuits and inputs that are recorded as this one is; standard_error (of the classifier's folds), prior,
                likelihood_ratio (for a prior of your own: odds = likelihood_ratio times its odds), log_loss_unseen and
                log_loss_of_prior over the table
  mechanisms    name, weight, standard_error, slow_mode_probability_without_it (by the table without this mechanism)
  likeness      distance to the fifth nearest simulated recording, quantile of it among the table's own; above unlike_from
                no weights are given
  reference     circuits, seed, priors (of circuits, times in tau), redrawn (unstable ones), classifier, importance (rise of
                the log loss when a statistic is permuted), notes (in what the circuits are not as the recording)
  refusal       why the recording cannot carry the question, one sentence, or null
  not_done      parts that are absent, and why
  warnings, sentence (all of it in a few sentences), run

The circuits are simulated once for all recordings of the same shape (units, trials, steps), in pieces that are kept in
$KEYHOLE_CACHE (else ~/.cache/keyhole), so that a stopped audit goes on where it was.

Exit codes: 0 good (also where the recording is refused: that is a result); 2 bad input or usage.

Examples:
  keyhole audit activity.npy --dt 0.01 -o audit.json
  keyhole audit session.mat:spikes --dt 0.001 --steps bin:0.02,smooth:0.05,zscore --quick)";

}  // namespace

void addAuditCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* command = app.add_subcommand("audit", "Say what a recording can tell of its circuit, as JSON");
  command
      ->add_option("RECORDING", arguments->files.recordings,
                   "The recording (" + extensionList() + "); several are trials of the same neurons")
      ->required()
      ->type_name("");
  arguments->reading.addTo(*command, false);
  command
      ->add_option("--alpha", arguments->alpha,
                   "Time step in units of tau, for the students' ridge alone (default 0.01; ratios of time "
                   "constants do not depend on it)")
      ->type_name("NUMBER");
  command->add_option("--set", arguments->assignments, "Other settings, such as fit.latents=3")
      ->type_name("KEY=VALUE …");
  command
      ->add_option(
          "--fraction", arguments->fraction,
          "Seen fractions of the reference circuits, such as 0.02:0.1 (default: 0.03 to 0.3, from 1 in "
          "400 units on)")
      ->type_name("LOW:HIGH");
  command
      ->add_option("--circuits", arguments->circuits,
                   "Reference circuits (default 20000, with --quick 2000; 0: none)")
      ->type_name("N");
  command->add_option("--seed", arguments->seed, "Seed of the reference circuits (default 1)")
      ->type_name("N");
  command->add_flag("--quick", arguments->quick, "A first answer: fewer circuits, simulations and resamples");
  command
      ->add_option(
          "-o,--out", arguments->out,
          "Write the result here: JSON, or a report of one HTML file (default: JSON on the standard output)")
      ->type_name("OUT.json|.html");
  command->footer(kAuditHelp);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runAudit(*arguments, console); };
  });
}

}  // namespace keyhole::cli
