// `keyhole sweep`: many experiments in one table.
#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "app/cli/shard_options.h"
#include "app/cli/source_options.h"
#include "core/common/error.h"
#include "core/common/progress_part.h"
#include "core/experiment/studies/sweep.h"
#include "core/report/run_record.h"
#include "core/report/sweep_report.h"

#include <memory>

namespace keyhole::cli {
namespace {

struct SweepArguments {
  SourceOptions source;
  std::vector<std::string> over;
  std::string draws, out;
  ShardOptions shards;
};

Sweep sweepFrom(const SweepArguments& arguments) {
  constexpr Index kMostDraws = 1'000'000, kMostItems = 10'000'000;
  Sweep sweep;
  sweep.base = arguments.source.settings();
  for (const auto& text : arguments.over) {
    sweep.axes.push_back(sweepAxis(text));
    if (sweep.axes.back().key == "teacher.seed")
      throw InputError("--over is \"" + text + "\"; allowed: another setting (--draws counts seeds up)");
  }
  if (!arguments.draws.empty()) sweep.draws = countOption("--draws", arguments.draws, kMostDraws, "");
  double all = static_cast<double>(sweep.draws);
  for (const auto& axis : sweep.axes) all *= static_cast<double>(axis.values.size());
  if (all > static_cast<double>(kMostItems))
    throw InputError("--over and --draws ask for " + std::to_string(static_cast<long long>(all)) +
                     " experiments; allowed: up to " + std::to_string(kMostItems));
  return sweep;
}

std::vector<nlohmann::ordered_json> allRows(const ShardedWork& work, Progress& progress) {
  std::vector<nlohmann::ordered_json> rows;
  for (Index item = 0; item < work.items; ++item) {
    const double all = static_cast<double>(work.items);
    ProgressPart part(progress, static_cast<double>(item) / all, static_cast<double>(item + 1) / all,
                      "experiment " + std::to_string(item + 1) + " of " + std::to_string(work.items));
    rows.push_back(work.make(item, part));
  }
  return rows;
}

int runSweep(const SweepArguments& arguments, Console& console) {
  arguments.shards.check();
  requireWritable(arguments.out, {".csv", ".json"});
  const Sweep sweep = sweepFrom(arguments);
  const ShardedWork work = sweepWork(sweep);
  if (arguments.shards.any() && !arguments.shards.merge) {
    arguments.shards.run(work, arguments.out, console);
    return kGood;
  }
  const auto rows = arguments.shards.merge ? mergedShards(work, 0, arguments.shards.folder)
                                           : allRows(work, console.progress);
  console.progress.report(1, "");
  requireSomeMade(rows);
  if (const Index problems = countProblems(rows); problems > 0)
    say(console, "warning: " + std::to_string(problems) + " of " + std::to_string(rows.size()) +
                     " experiments could not be made; their rows say why");
  if (arguments.out.ends_with(".json")) {
    nlohmann::ordered_json json = {{"rows", rows}, {"run", runRecord(sweep.base)}};
    deliver(console, arguments.out, jsonText(json));
  } else if (arguments.out.empty()) {
    deliver(console, "", sweepCsv(sweep, rows));
  } else {
    writeTable(arguments.out, sweepCsv(sweep, rows), sweep.base);
  }
  return kGood;
}

constexpr const char* kSweepHelp =
    R"(Every combination of the values of --over is run, with the seeds from teacher.seed on, --draws of them. One row each:
  the settings of --over, draw, seed
  fit_status, teacher_score and student_score (line attractor scores; student_score_status), teacher_tau and student_tau (leading
  time constants), fits_the_data, has_the_dynamics (the window's two gauges), verdict, spurious
  problem       why an experiment could not be made, else empty
-o OUT.csv also writes OUT.csv.json, the record of the run; without -o the table goes to the standard output.)";

constexpr const char* kSweepExamples = R"(

Exit codes: 0 good; 2 bad input or usage, and no experiment could be made.

Examples:
  keyhole sweep figure-3 --over observation.fraction=0.02:0.5:8:log --draws 50 -o sweep.csv
  keyhole sweep chain.keyhole --over fit.method=map,subspace teacher.size=100,200 --draws 10
  keyhole sweep figure-3 --over teacher.size=100,1000 --draws 500 --slurm jobs --tasks 100 -o sweep.csv)";

}  // namespace

void addSweepCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<SweepArguments>();
  CLI::App* command =
      app.add_subcommand("sweep", "Run many experiments and put what they claim into a table");
  arguments->source.addTo(*command);
  command->add_option("--over", arguments->over, "Values of a setting; repeatable")
      ->type_name("KEY=VALUES …");
  command->add_option("--draws", arguments->draws, "Seeds of each combination (default 1)")->type_name("N");
  command->add_option("-o,--out", arguments->out, "Write the table here")->type_name("OUT.csv|.json");
  arguments->shards.addTo(*command);
  command->footer(std::string(kSweepHelp) + "\n\n" + kShardHelp + kSweepExamples);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runSweep(*arguments, console); };
  });
}

}  // namespace keyhole::cli
