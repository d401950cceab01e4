// `keyhole compare`: several methods on one recording, as a table.
#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "app/cli/source_options.h"
#include "core/experiment/experiment_stages.h"
#include "core/report/compare_report.h"
#include "core/report/run_record.h"

#include <algorithm>
#include <memory>
#include <sstream>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

struct CompareArguments {
  SourceOptions source;
  std::string methods, out, fitted, horizon, splits;
};

CompareOptions optionsFrom(const CompareArguments& arguments) {
  CompareOptions options;
  std::istringstream names(arguments.methods);
  for (std::string name; std::getline(names, name, ',');) options.methods.push_back(name);
  if (!arguments.fitted.empty())
    options.fitted =
        numberOption("--fitted", arguments.fitted, {0.1, true, 0.95, "a number from 0.1 to 0.95"});
  if (!arguments.horizon.empty())
    options.horizon = countOption("--horizon", arguments.horizon, 1000000, " time points");
  options.splits = arguments.splits.empty()
                       ? usualSplits(options.fitted)
                       : countOption("--splits", arguments.splits, mostSplits(options.fitted), "");
  return options;
}

// On which part of the recording what rests.
std::string splitText(const Comparison& comparison) {
  const Index used = comparison.fitted + comparison.heldOut;
  std::string text =
      comparison.splits > 1
          ? "held-out columns: mean ± standard deviation of " + std::to_string(comparison.splits) +
                " second fits, each without another " + std::to_string(comparison.heldOut) +
                " of the time points 1 to " + std::to_string(used) + ", on which it is scored"
          : "held-out columns: of a second fit to time points 1 to " + std::to_string(comparison.fitted) +
                ", scored on those to " + std::to_string(used) + "; more --splits show how it varies";
  if (used < comparison.timePoints)
    text += " (fit.steps); the other " + std::to_string(comparison.timePoints - used) + " of " +
            std::to_string(comparison.timePoints) + " are not used there";
  return text + "; free runs of " + std::to_string(comparison.horizon) + " steps";
}

int runCompare(const CompareArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".json", ".csv"});
  const Settings settings = arguments.source.settings();
  const CompareOptions options = optionsFrom(arguments);
  for (const auto& name : options.methods) (void)settingsOf(settings, name);  // told before simulating
  if (std::find(options.methods.begin(), options.methods.end(), "lds-full") != options.methods.end())
    say(console, "note: lds-full is lds: with exact EM, diagonal and full Q are the same models");
  Experiment experiment = observedExperiment(settings, console.progress);
  experiment.teacherAnalysis = stages::analyseTeacher(experiment, Depth::complete, nullptr, console.progress);
  for (const auto& warning : arguments.source.warnings(experiment)) say(console, "warning: " + warning);
  const Comparison comparison = compareMethods(experiment, options, console.progress);
  console.progress.report(1.0, "");
  if (const auto note = arguments.source.alphaNote(settings); !note.empty()) say(console, "warning: " + note);
  say(console, splitText(comparison));
  bool good = true;
  for (const auto& row : comparison.rows) {
    if (!row.hasParameters) say(console, row.label + ": " + row.summary.message);
    for (const auto& note : row.student.notes) say(console, row.label + ": " + note);
    good = good && row.hasParameters;
  }
  if (arguments.out.ends_with(".csv")) {
    writeTable(arguments.out, compareCsv(comparison), settings);
  } else {
    ordered_json json;
    json["source"] = arguments.source.source;
    json["seen"] = experiment.observation->seen.size();
    json["timepoints"] = comparison.timePoints;
    json["held_out_split"] = {{"share_fitted", options.fitted},
                              {"splits", comparison.splits},
                              {"fitted", comparison.fitted},
                              {"held_out", comparison.heldOut},
                              {"left_out", comparison.timePoints - comparison.fitted - comparison.heldOut},
                              {"horizon", comparison.horizon}};
    json["alpha"] = settings.number("simulation.alpha");
    json["alpha_assumed"] = !arguments.source.alphaNote(settings).empty();
    json["rows"] = compareJson(comparison);
    arguments.source.describe(json, experiment);
    json["run"] = runRecord(settings);
    deliver(console, arguments.out, jsonText(json));
  }
  if (!comparison.complete) {
    console.progress.grantStop();
    say(console, "stopped: the table holds the methods that were done");
    return kStopped;
  }
  return good ? kGood : kNumericalFailure;
}

std::string explanation() {
  std::string text =
      "Every method is fitted to the same recording as in the window for the same settings (MAP to all of "
      "it, the\n"
      "others to fit.steps time points), and judged there in the same way; second fits, each without one "
      "stretch of\n"
      "those steps, are scored on it (columns held out; ±: standard deviation over --splits). Methods, all "
      "of them unless --methods "
      "names some:\n";
  for (const auto& variant : comparedMethods())
    text += "  " + variant.name + std::string(16 - std::min<std::size_t>(variant.name.size(), 15), ' ') +
            variant.help + "\n";
  text +=
      "Iterations are as published, unless fit.iterations says more or less: of the method that the settings "
      "choose, or\n(where that is MAP, or has none) of all that have some.\n";
  text += "lds-full is another name of lds: with exact EM, diagonal and full Q are the same models.\n";
  text += "Columns of the table:\n";
  for (const auto& column : compareColumns()) text += "  " + column.key + ": " + column.help + "\n";
  return text +
         "In JSON also recording and warnings: what a recording is (keyhole summary --help), what was "
         "guessed, left "
         "out\nor endangers the fits. Trials are kept apart; the first of them are fitted.\n"
         "\nExit codes: 0 good; 2 bad input or usage; 3 a method gave no parameters (the table is written, "
         "its status "
         "says why).\n\nExamples:\n"
         "  keyhole compare figure-2 -o table.csv\n"
         "  keyhole compare recording.npy --methods map,lds,cornn --alpha 0.05\n"
         "  keyhole compare chain --set observation.fraction=0.2";
}

}  // namespace

void addCompareCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<CompareArguments>();
  CLI::App* command = app.add_subcommand("compare", "Fit one recording by several methods and print a table");
  arguments->source.addTo(*command);
  command->add_option("--methods", arguments->methods, "Such as map,lds,cornn")->type_name("NAMES");
  command->add_option("--fitted", arguments->fitted, "Share of the recording that is fitted (default 0.8)")
      ->type_name("SHARE");
  command
      ->add_option(
          "--splits", arguments->splits,
          "Second fits, each without another stretch of the recording (default 5, or as many as fit)")
      ->type_name("N");
  command->add_option("--horizon", arguments->horizon, "Steps of a free run (default: one tau)")
      ->type_name("N");
  command->add_option("-o,--out", arguments->out, "Write the table here (default: standard output, JSON)")
      ->type_name("OUT.json|OUT.csv");
  command->footer(explanation());
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runCompare(*arguments, console); };
  });
}

}  // namespace keyhole::cli
