// `keyhole audit`: what a recording can say about its circuit.
#include "app/cli/commands.h"
#include "app/cli/drawing_application.h"
#include "app/cli/fit_trials.h"
#include "app/cli/option_values.h"
#include "app/cli/reading_options.h"
#include "app/cli/shard_options.h"
#include "core/audit/audited_recording.h"
#include "core/audit/experiments/push_file.h"
#include "core/audit/live_units.h"
#include "core/common/error.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/settings/recording_options.h"
#include "core/experiment/studies/score_draws.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/report/audit_figures.h"
#include "core/report/audit_html.h"
#include "core/report/audit_json.h"
#include "core/report/run_record.h"
#include "widgets/plots/audit_pdf.h"

#include <QFile>

#include <algorithm>
#include <memory>
#include <sstream>

namespace keyhole::cli {
namespace {

constexpr Index kLeastCircuits = 240;  // twenty of each mechanism
constexpr Index kLeastTried = 60;

struct AuditArguments {
  ReadingOptions reading;
  FitFiles files;
  std::string alpha, out, circuits, fraction, seed, experiments, pushes, methods, figures;
  std::vector<std::string> assignments;
  bool quick = false;
  ShardOptions shards;

  bool saysPrior() const {
    return std::any_of(assignments.begin(), assignments.end(),
                       [](const std::string& one) { return one.starts_with("view.prior="); });
  }
};

Settings auditSettings(const AuditArguments& arguments) {
  Settings settings;
  settings.set("teacher.kind", std::string("recording"));
  settings.set("teacher.file", arguments.files.recordings.front());
  setAlpha(settings, arguments.alpha);
  arguments.reading.applyTo(settings);
  applySettings(settings, arguments.assignments);
  return settings;
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

// "lds,bptt", "all" or "none".
std::vector<std::string> methodsFrom(const std::string& text) {
  const auto known = otherAuditedMethods();
  if (text == "all") return known;
  std::vector<std::string> methods;
  if (text == "none") return methods;
  std::istringstream words(text);
  for (std::string name; std::getline(words, name, ',');) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw InputError("--methods is \"" + shownText(text) + "\"; allowed: all, none, or some of " +
                       joined(known) + " (map and subspace are always fitted)");
    if (std::find(methods.begin(), methods.end(), name) == methods.end()) methods.push_back(name);
  }
  return methods;
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
  if (arguments.experiments == "0")
    options.experiments.make = false;
  else if (!arguments.experiments.empty())
    options.experiments.worlds =
        countOption("--experiments", arguments.experiments, kMostCircuits, ", or 0 for none");
  if (options.experiments.worlds < kLeastTried)
    throw InputError("--experiments is " + arguments.experiments + "; allowed: 0, or at least " +
                     std::to_string(kLeastTried) + " (fewer cannot be learned from)");
  if (!arguments.methods.empty()) options.methods = methodsFrom(arguments.methods);
  if (!arguments.pushes.empty()) options.pushes = readPushes(arguments.pushes, data.trials, data.seconds);
  options.reference.cacheFolder = defaultCacheFolder();
  options.how = {reading.steps, data.seconds, false};
  return options;
}

// The reference table of this recording, as work that can be parted. Throws InputError if there is none.
ShardedWork tableOf(const FitTrials& data, const AuditOptions& options) {
  if (options.reference.circuits == 0)
    throw InputError("--circuits is 0, so that there is no reference table to split; allowed: at least " +
                     std::to_string(kLeastCircuits));
  RecordedHow how = options.how;
  how.counts = summarise(recordedTrials(data)).counts;
  const ShapeFound found =
      shapeOf(options.pushes.empty() ? liveUnits(data.trials).trials
                                     : withoutPushes(liveUnits(data.trials).trials, options.pushes),
              how, options.reference.fraction);
  if (!found.why.empty()) throw InputError(found.why);
  return tableWork(found.shape, options.reference.seed, options.reference.circuits);
}

// All shards together, also as one file beside them.
std::shared_ptr<const ReferenceTable> mergedTable(const ShardedWork& work, const std::string& folder,
                                                  std::uint64_t seed) {
  const auto rows = mergedShards(work, 0, folder);
  writeFileAtomically(folder + "/table.json", mergedBytes(work, rows));
  return std::make_shared<const ReferenceTable>(tableFrom(rows, seed));
}

void writeReport(const std::string& out, const AuditReport& report, Console& console) {
  if (out.ends_with(".html")) return deliver(console, out, auditHtml(report));
  const DrawingApplication application;
  writeAuditPdf(report, QFile::decodeName(QByteArray::fromStdString(out)));
}

// Of parts that have none that is said.
void writeFigures(const AuditReport& report, const std::string& folder, Console& console) {
  for (const auto& part : auditParts())
    if (const ReportSection* section = report.part(part.key); section && auditFigures(*section).empty())
      say(console, "warning: there is no figure of \"" + part.heading + "\": " + firstSentence(*section));
  writeAuditFigures(report, folder);
}

int runAudit(const AuditArguments& arguments, Console& console) {
  arguments.shards.check();
  requireWritable(arguments.out, {".json", ".html", ".pdf"});
  requireWritableFolder(arguments.figures);
  const Settings settings = auditSettings(arguments);
  FitFiles files = arguments.files;
  files.reading = recordingOptions(settings);
  const FitTrials data = readTrials(files, console.progress);
  for (const auto& warning : data.warnings) say(console, "warning: " + warning);
  AuditOptions options = auditOptions(arguments, data, files.reading);
  if (arguments.shards.any()) {
    const ShardedWork work = tableOf(data, options);
    if (!arguments.shards.merge) {
      arguments.shards.run(work, arguments.out, console);
      return kGood;
    }
    options.reference.table = mergedTable(work, arguments.shards.folder, options.reference.seed);
  }
  Index longest = 0;
  for (const auto& trial : data.trials) longest = std::max(longest, trial.activity.cols());
  const Sampling sampling{std::max<Index>(longest - 1, 1), data.seconds, alphaIsAssumed(settings)};
  const Audit audit = auditRecording(
      data.trials, recordedTrials(data), settings, sampling, options, console.progress,
      [&](const std::string&, const std::string& sentence, const Audit&) { say(console, sentence); });
  console.progress.report(1, "");
  for (const auto& warning : audit.warnings) say(console, "warning: " + warning);
  const std::string hash = hashOf(data.trials);
  AuditReport report =
      auditReport(audit, {data.files, hash, data.seconds, runRecord(effective(settings)), arguments.pushes});
  if (arguments.saysPrior()) report = withReadersPrior(std::move(report), settings.number("view.prior"));
  if (!arguments.figures.empty()) writeFigures(report, arguments.figures, console);
  if (!arguments.out.empty() && !arguments.out.ends_with(".json")) {
    writeReport(arguments.out, report, console);
    return kGood;
  }
  nlohmann::ordered_json json;
  json["source"] = data.files;
  json["data_hash"] = hash;
  json.update(auditToJson(audit));
  if (const auto& odds = report.odds; odds && arguments.saysPrior()) {
    auto& slow = json["truth"]["slow_mode"];
    slow["readers_prior"] = odds->readersPrior;
    slow["probability_with_readers_prior"] = withPrior(odds->likelihoodRatio, odds->readersPrior);
  }
  json["run"] = runRecord(effective(settings));
  deliver(console, arguments.out, jsonText(json));
  return kGood;
}

constexpr const char* kAuditHelp =
    R"(A fitted model claims a slow mode. Is there a real slow variable, or did the keyhole make it up? No spontaneous
recording can tell a slow mode of the circuit from a slow input to it; only perturbations decide that. With -o OUT.html or
OUT.pdf the result is a report to be read, one file with figures, tables, settings, seeds and the hash of the data. Else it is
JSON:
  data_hash     of what was audited, all steps done
  limits        of the method, before any result
  recording     what it is (see keyhole summary --help)
  claim         what the methods claim, MAP and subspace identification first, by method: eigenvalues,
                time_constants_steps (negative: it grows), line_attractor_score, held_out gain_on_no_change (1 - sum of
                squared errors of one step over that of no change, of blocks of time that were not fitted; 95 %,
                Student's t over the blocks), intervals (see keyhole fit --help), and further_starts (the same of other
                random starts); methods_not_fitted
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
                circuits and inputs that are recorded as this one is; standard_error (of the table among others as
                large), prior, likelihood_ratio with likelihood_ratio_interval of 95 % (for a prior of your own: odds =
                likelihood_ratio times its odds), log_loss_unseen and log_loss_of_prior over the table; with --set
                view.prior=P also readers_prior and probability_with_readers_prior
  mechanisms    name, weight, standard_error, slow_mode_probability_without_it (by the table without this mechanism)
  likeness      distance to the fifth nearest simulated recording, quantile of it among the table's own; above unlike_from
                no weights are given
  reference     circuits, seed, priors (of circuits, times in tau), redrawn (unstable ones), classifier, importance (rise of
                the log loss when a statistic is permuted), surrogates (of the recording, each unit with its own spectrum and
                nothing shared: median, least and largest probability that they are told, and how many are like_nothing), notes (in what the circuits are not as the recording)
  experiments   what would tell the circuits apart that remain, each experiment simulated in them: tried (kind, effort, samples,
                perturbations, cells, error: share of wrong decisions whether there is a real slow variable,
                standard_error, circuit_error: whether there is one in the circuit itself), error_now (from this recording
                alone), cheapest (place among tried of the one with the fewest samples and an error below goal by more than
                its standard error, or null)
  pushes        with --perturbations FILE: what the recording keeps of them at lags (samples), along its slow direction
                and along the perturbations themselves, as shares of what is there in the first sample; the same of simulated circuits with a
                slow mode of their own and of others (medians); with this evidence the probability of a slow_mode, in the circuit
                or its input, and of one in_circuit. A line of the file is an onset (seconds where they are known, else
                samples, from 0) and the perturbed units, no two on the same sample; perturbations of the same units within 16 samples are a train, of
                which added_along_… says whether they add up (1) or relax in between. All other parts leave out
                samples_left_out_after_each
  refusal       why the recording cannot carry the question, one sentence, or null
  not_done      parts that are absent, and why
  warnings, sentence (all of it in a few sentences), run

With --figures DIR every figure of the report is there as NUMBER-PART.svg (vector graphics) with the numbers behind it as
NUMBER-PART.csv, and report.json says of what; all of them or none. Of a part without a figure that is said.

The circuits are simulated once for all recordings of the same shape (units, trials, steps), in pieces that are kept in
$KEYHOLE_CACHE (else ~/.cache/keyhole), so that a stopped audit goes on where it was.
)";

constexpr const char* kAuditExamples = R"(

Exit codes: 0 good (also where the recording is refused: that is a result); 2 bad input or usage.

Examples:
  keyhole audit activity.npy --dt 0.01 -o audit.json
  keyhole audit activity.npy --dt 0.01 -o audit.pdf --figures audit-figures --set view.prior=0.2
  keyhole audit activity.npy --circuits 100000 --slurm audit-jobs --tasks 64 -o audit.pdf
  keyhole audit session.mat:spikes --dt 0.001 --steps bin:0.02,smooth:0.05,zscore --quick)";

}  // namespace

void addAuditCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* command =
      app.add_subcommand("audit", "Report what a recording can tell about its circuit, as JSON");
  command
      ->add_option("RECORDING", arguments->files.recordings,
                   "The recording (" + extensionList() + "); several are trials of the same neurons")
      ->type_name("");
  arguments->reading.addTo(*command, false);
  command
      ->add_option("--input", arguments->files.inputs,
                   "Known input, one row per time point, one file per RECORDING in the same order, for the "
                   "methods that "
                   "take one; subsets, the arrow of time and the reference circuits are left out")
      ->type_name("FILE …");
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
  command
      ->add_option("--experiments", arguments->experiments,
                   "Circuits that each experiment is tried on (default 400, with --quick 120; 0: none)")
      ->type_name("N");
  command
      ->add_option("--perturbations,--pushes", arguments->pushes,
                   "Perturbations that were made: lines of an onset and the perturbed units, counted from 1")
      ->type_name("FILE");
  command
      ->add_option("--methods", arguments->methods,
                   "Whose claims are told beside those of map and subspace: " +
                       joined(otherAuditedMethods()) + ", all (default) or none (default with --quick)")
      ->type_name("NAMES");
  command->add_flag("--quick", arguments->quick, "A first answer: fewer circuits, simulations and resamples");
  command
      ->add_option("-o,--out", arguments->out,
                   "Write the result here: JSON, or a report as one HTML file or PDF (default: JSON on the "
                   "standard output)")
      ->type_name("OUT.json|.html|.pdf");
  command
      ->add_option("--figures", arguments->figures,
                   "Write every part's figures as SVG, and the numbers behind them as CSV, into this folder")
      ->type_name("DIR");
  arguments->shards.addTo(*command);
  command->footer(std::string(kAuditHelp) + "\n\n" + kShardHelp + kAuditExamples);
  command->callback([arguments, &chosen] {
    separateRecordings(arguments->files);
    if (arguments->files.recordings.empty()) throw CLI::RequiredError("RECORDING");
    chosen = [arguments](Console& console) { return runAudit(*arguments, console); };
  });
}

}  // namespace keyhole::cli
