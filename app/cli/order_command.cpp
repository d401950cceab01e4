// `keyhole order`: how many latents or discrete states a recording supports.
#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "app/cli/source_options.h"
#include "core/common/error.h"
#include "core/report/order_report.h"
#include "core/report/run_record.h"

#include <cmath>
#include <memory>

namespace keyhole::cli {
namespace {

constexpr Index kMostFolds = 100;

struct OrderArguments {
  SourceOptions source;
  std::string latents, states, folds, out;
};

OrderOptions optionsFrom(const OrderArguments& arguments) {
  OrderOptions options;
  if (!arguments.latents.empty() && !arguments.states.empty())
    throw InputError("--latents and --states are both given; allowed: one of them");
  const auto most = [](const char* key) { return static_cast<Index>(settingRow(key).maximum); };
  if (!arguments.states.empty()) {
    options.counted = Counted::states;
    options.numbers = numberList("--states", arguments.states, most("fit.states"));
  } else if (!arguments.latents.empty()) {
    options.numbers = numberList("--latents", arguments.latents, most("fit.latents"));
  }
  if (!arguments.folds.empty()) {
    options.folds = countOption("--folds", arguments.folds, kMostFolds, ", from 2");
    if (options.folds < 2) throw InputError("--folds is 1; allowed: a whole number from 2 to 100");
  }
  return options;
}

bool hasEveryNumber(const OrderResult& result) {
  for (const auto& point : result.points)
    if (!std::isfinite(point.order.heldOut)) return false;
  return true;
}

int runOrder(const OrderArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".json", ".csv"});
  const OrderOptions options = optionsFrom(arguments);
  const Settings settings = arguments.source.settings();
  const Experiment experiment = observedExperiment(settings, console.progress);
  for (const auto& warning : arguments.source.warnings(experiment)) say(console, "warning: " + warning);
  const OrderResult result = orderOf(experiment, options, console.progress);
  console.progress.report(1.0, "");
  if (const auto note = arguments.source.alphaNote(settings); !note.empty()) say(console, "warning: " + note);
  if (!result.caution.empty()) say(console, "warning: " + result.caution);
  if (result.points.empty()) throw Stopped();
  if (arguments.out.ends_with(".csv")) {
    writeTable(arguments.out, orderCsv(result), settings);
  } else {
    nlohmann::ordered_json json;
    json["source"] = arguments.source.source;
    json["seen"] = experiment.observation->seen.size();
    json["timepoints"] = std::min<Index>(experiment.simulation->steps, settings.integer("fit.steps"));
    json["alpha"] = settings.number("simulation.alpha");
    json["alpha_assumed"] = !arguments.source.alphaNote(settings).empty();
    json.update(orderJson(result));
    arguments.source.describe(json, experiment);
    json["run"] = runRecord(settings);
    deliver(console, arguments.out, jsonText(json));
  }
  if (!result.complete) {
    console.progress.grantStop();
    say(console, "stopped: the result holds the numbers that were done");
    return kStopped;
  }
  if (hasEveryNumber(result)) return kGood;
  say(console, "a fit gave no parameters, so that a number has no held-out likelihood");
  return kNumericalFailure;
}

constexpr const char* kOrderHelp =
    R"(The first fit.steps time points are cut into FOLDS blocks of time. For each number of latents of a latent LDS
(or of discrete states of a switching LDS) one fit is made without each block, and scored on it; one more is made
of all data. The output is JSON or CSV:
  held_out, standard_error  mean over the blocks of the log-likelihood per time point, and its standard error. With
                            --states the evidence lower bound instead: for one state the log-likelihood itself, for
                            more below it, so that the choice rather takes too few states than too many
  line_attractor_score, line_attractor_status, eigenvalues  of the fit to all data (with --states: of its most
                            visited state); in CSV the leading eigenvalue, lambda1_re and lambda1_im
  blocks                    (JSON) the single values behind the mean
  chosen                    the smallest number within one standard error of the best
  alpha_assumed             (JSON) whether nobody said what alpha is, on which scores do not depend, but eigenvalues do
  caution                   (JSON, and on the standard error) why the choice says little, if it does
  recording, warnings       (JSON) of a recording: what it is (keyhole summary --help), and what was guessed, left
                            out or endangers the fits
The fits are those of the settings (fit.estimator, fit.noise, …: keyhole list) if these are about that method, else
exact EM from its usual starts (without a block from one, unless fit.restarts says more), or a switching LDS. run (JSON; of a table in TABLE.csv.json)
records version, seed and settings.

Exit codes: 0 good; 2 bad input or usage; 3 a number could not be scored (the output is written, null or empty
there).

Examples:
  keyhole order figure-2 -o order.csv
  keyhole order recording.npy --latents 1..8 --alpha 0.05
  keyhole order recording.npy --states 1,2,4 --set fit.latents=3)";

}  // namespace

void addOrderCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<OrderArguments>();
  CLI::App* command =
      app.add_subcommand("order", "How many latents or discrete states? Held-out likelihood and scores");
  arguments->source.addTo(*command);
  command
      ->add_option("--latents", arguments->latents,
                   "Numbers of latents, 1..10 or 1,2,5 (default 1..10, as far as there are neurons)")
      ->type_name("NUMBERS");
  command
      ->add_option("--states", arguments->states,
                   "Numbers of discrete states of a switching LDS instead, such as 1..6")
      ->type_name("NUMBERS");
  command->add_option("--folds", arguments->folds, "Blocks of time, from 2 (default 5)")->type_name("FOLDS");
  command->add_option("-o,--out", arguments->out, "Write the result here (default: standard output, JSON)")
      ->type_name("OUT.json|OUT.csv");
  command->footer(kOrderHelp);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runOrder(*arguments, console); };
  });
}

}  // namespace keyhole::cli
