// `keyhole summary`: what a recording is, before anything is fitted to it.
#include "app/cli/commands.h"
#include "app/cli/reading_options.h"
#include "core/experiment/settings/recording_options.h"
#include "core/io/formats.h"
#include "core/observation/summary/recording_summary.h"
#include "core/report/recording_json.h"
#include "core/report/run_record.h"

#include <memory>

namespace keyhole::cli {
namespace {

struct SummaryArguments {
  std::string recording, out;
  ReadingOptions reading;
  bool json = false;
};

int runSummary(const SummaryArguments& arguments, Console& console) {
  if (arguments.json) requireWritable(arguments.out, {".json"});
  Settings settings;
  settings.set("teacher.kind", std::string("recording"));
  settings.set("teacher.file", arguments.recording);
  arguments.reading.applyTo(settings);
  const Recording recording =
      readRecording(arguments.recording, recordingOptions(settings), console.progress);
  std::vector<std::string> warnings = recordingWarnings(recording);
  const RecordingSummary summary = summarise(recordedTrials(recording), console.progress);
  if (!arguments.json) {
    for (const auto& warning : summary.warnings) warnings.push_back(warning);
    deliver(console, arguments.out, arguments.recording + "\n" + recordingText(summary, warnings));
    return kGood;
  }
  for (const auto& warning : warnings) say(console, "warning: " + warning);
  for (const auto& warning : summary.warnings) say(console, "warning: " + warning);
  nlohmann::ordered_json json;
  json["source"] = arguments.recording;
  json["recording"] = recordingJson(summary);
  json["recording"]["hash"] = fingerprint(recording);
  json["warnings"] = warnings;
  json["run"] = runRecord(settings);
  deliver(console, arguments.out, jsonText(json));
  return kGood;
}

constexpr const char* kSummaryHelp =
    R"(Describes a recording before anything is fitted to it, and what in it endangers a fit. With --json:
  recording
    units, constant_units, silent_units (0 throughout), trials, timepoints, shortest_trial, longest_trial,
    interval_seconds, duration_seconds, missing_samples, counts (whole numbers, none negative), rates (per second,
    of counts) or means, standard_deviations: one per unit
    components          the leading ones: share of the variance, autocorrelation_time (time points until the
                        autocorrelation is 1/e), effective_samples
    effective_samples   time points over T2 = 1 + 2 sum rho^2, the mean over the components: as many independent
                        samples have second moments as certain as these
    participation_ratio (sum of the covariance's eigenvalues)^2 / (sum of their squares)
    smoothed_over       full width of the Gaussian kernel that makes white noise as smooth as neighbouring samples
                        are; 0: not seen (exponential and box kernels are not)
    independent_share   of the variance, what is independent from one sample to the next
    mean_shift          second half less first half, root mean square over units, in standard deviations
    variance_ratio      second half over first half; drift: share of the variance that a line in time explains
    copies              [unit, the unit it is a copy of]
    hash                of all numbers, the shape and the trials, as fit, compare and order write it
    warnings            what endangers a fit
  warnings              what was guessed, left out or reinterpreted when the file was read; run (version, settings)

Exit codes: 0 good; 2 bad input or usage.

Examples:
  keyhole summary activity.npy --dt 0.01
  keyhole summary session.mat:spikes --dt 0.001 --steps bin:0.02,smooth:0.05
  keyhole summary recording.nwb:units --bin 0.01 --json)";

}  // namespace

void addSummaryCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<SummaryArguments>();
  CLI::App* command = app.add_subcommand("summary", "Describe a recording before anything is fitted to it");
  command->add_option("RECORDING", arguments->recording, "The recording (" + extensionList() + ")")
      ->required()
      ->type_name("");
  arguments->reading.addTo(*command, true);
  command->add_flag("--json", arguments->json, "As JSON");
  command->add_option("-o,--out", arguments->out, "Write it here (default: standard output)")
      ->type_name("FILE");
  command->footer(kSummaryHelp);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runSummary(*arguments, console); };
  });
}

}  // namespace keyhole::cli
