// `keyhole curve`: what the students of a teacher claim, over the number of seen units or another setting.
#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/experiment/stage_options.h"
#include "core/experiment/studies/subsampling_curve.h"
#include "core/io/formats.h"
#include "core/report/curve_report.h"
#include "core/report/run_record.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

struct CurveArguments {
  std::string teacher, limit = "continuous", observed, over, values, draws, seed, out;
  bool theory = false, leadingOnly = false;
  std::vector<std::string> assignments;
};

struct Limit {
  const char* name;
  const char* method;  // of fit.method
};
constexpr Limit kLimits[] = {
    {"continuous", "stationary-continuous"}, {"discrete", "stationary-discrete"}, {"finite", "map"}};

bool namesFile(const std::string& teacher) {
  std::error_code error;
  return std::filesystem::path(teacher).has_extension() || std::filesystem::exists(teacher, error);
}

void chooseTeacher(Settings& settings, const std::string& teacher) {
  std::vector<std::string> kinds;
  for (const TeacherKind kind : allTeacherKinds())
    if (kind != TeacherKind::imported) kinds.push_back(nameOf(kind));
  if (std::find(kinds.begin(), kinds.end(), teacher) != kinds.end()) {
    settings.set("teacher.kind", teacher);
    return;
  }
  if (!namesFile(teacher))
    throw InputError("--teacher is " + (teacher.empty() ? "empty" : teacher) + "; allowed: " + joined(kinds) +
                     ", or a file with a square matrix (" + extensionList() + ")");
  settings.set("teacher.kind", nameOf(TeacherKind::imported));
  settings.set("teacher.file", teacher);
}

Settings curveSettings(const CurveArguments& arguments) {
  std::vector<std::string> names;
  for (const auto& limit : kLimits) names.push_back(limit.name);
  requireChoice("--limit", arguments.limit, names);
  Settings settings;
  settings.set("teacher.phi", nameOf(Nonlinearity::linear));  // as in the paper's curves
  chooseTeacher(settings, arguments.teacher);
  if (!arguments.seed.empty()) settings.setFromText("teacher.seed", arguments.seed);
  for (const auto& assignment : arguments.assignments)
    for (const char* own : {"teacher.kind=", "fit.method=", "observation."})
      if (assignment.starts_with(own))
        throw InputError(
            "--set is " + assignment +
            "; allowed: other settings, since --teacher, --limit and --observed decide this one");
  applySettings(settings, arguments.assignments);
  for (const auto& limit : kLimits)
    if (arguments.limit == limit.name) settings.set("fit.method", std::string(limit.method));
  return settings;
}

// The settings that the curve depends on.
ordered_json optionsJson(const Settings& settings) {
  ordered_json options;
  for (const auto& row : settingsTable())
    if (curveDependsOn(settings, row))
      std::visit([&](const auto& value) { options[row.key] = value; }, settings.value(row.key));
  return options;
}

std::vector<std::string> listed(const std::string& option, const std::string& text) {
  std::vector<std::string> values;
  std::stringstream stream(text);
  for (std::string value; std::getline(stream, value, ',');) values.push_back(value);
  if (values.empty()) throw InputError(option + " is empty; allowed: values such as 100,200,500");
  return values;
}

// The number of units at these settings, for --observed; reads a file of the teacher, but builds nothing.
Index unitsOf(const Settings& settings) {
  return settings.text("teacher.kind") == "imported" ? teacherOptions(settings).imported.rows()
                                                     : static_cast<Index>(settings.integer("teacher.size"));
}

CurveMaker makerOf(const CurveArguments& arguments, const Settings& settings) {
  RowQuestions questions;
  questions.modes.all = !arguments.leadingOnly;
  questions.overlaps = !arguments.leadingOnly;
  questions.theory = arguments.theory;
  if (arguments.over.empty() != arguments.values.empty())
    throw InputError("--over and --values belong together; allowed: both, or neither");
  if (arguments.over.empty()) {
    CurveOptions options;
    options.questions = questions;
    if (!arguments.observed.empty()) options.counts = seenCounts(arguments.observed, unitsOf(settings));
    return [options](const Settings& own, Progress& progress) {
      return subsamplingCurve(own, options, progress);
    };
  }
  CurveAxis axis{arguments.over, listed("--values", arguments.values), 25};
  if (!arguments.observed.empty())
    axis.observed =
        countOption("--observed", arguments.observed, std::numeric_limits<int>::max(), " seen at each value");
  return [axis, questions](const Settings& own, Progress& progress) {
    return curveOverSetting(own, axis, questions, progress);
  };
}

int runCurve(const CurveArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".json", ".csv"});
  const Settings settings = curveSettings(arguments);
  const Index draws = arguments.draws.empty() ? 1 : countOption("--draws", arguments.draws, 10000, "");
  const DrawnCurves drawn =
      curveDraws(settings, static_cast<int>(draws), makerOf(arguments, settings), console.progress);
  const Curve& first = drawn.draws.front();
  for (const auto& note : first.notes) say(console, "warning: " + note);
  bool good = true;
  for (const Curve& curve : drawn.draws)
    for (const CurveRow& row : curve.rows) {
      if (!row.good && good) say(console, "d = " + std::to_string(row.d) + ": " + row.message);
      good = good && row.good;
    }
  if (arguments.out.ends_with(".csv")) {
    writeTable(arguments.out, curveCsv(drawn), settings);
  } else {
    ordered_json json;
    json["teacher"] = arguments.teacher;
    json["units"] = first.rows.empty() ? 0 : first.rows.front().units;
    json["limit"] = arguments.limit;
    json["options"] = optionsJson(settings);
    addCurves(json, drawn);
    json["run"] = runRecord(settings);
    deliver(console, arguments.out, jsonText(json));
  }
  return good ? kGood : kNumericalFailure;
}

constexpr const char* kCurveHelp =
    R"(The first d units of the teacher's order (of the file's order) are seen. --limit says what is fitted to:
  continuous   an infinitely long recording, time step to 0; linear students
  discrete     an infinitely long recording at the time step simulation.alpha; linear students
  finite       one simulation (the simulation.* settings); MAP fits with fit.rho
Unlike elsewhere the teacher is linear unless --set teacher.phi=tanh asks for more, which only finite heeds.
With --over KEY --values LIST the curve runs over that setting instead, at the one d that --observed names
(default 25): over D (teacher.size), chain_beta, γ² (teacher.orthogonal_scale), and with --limit finite over
noise (simulation.sigma, simulation.observation_noise), T (simulation.steps) and ρ (fit.rho).

The result is JSON: teacher, units, limit, options (the settings it depends on), rows, warnings, run (version,
seed, settings; of a table in TABLE.csv.json). Each row has
d, eigenvalues (the leading six as [re, im], by falling real part; all d if fewer), line_attractor_score with
line_attractor_status, henrici (null where undetermined eigenvalues carry it: henrici_undetermined),
undetermined (per eigenvalue: true if rounding alone could have put it elsewhere), singular_values (the
leading six), left_overlap and right_overlap (how much the leading singular vectors resemble the teacher's
on the seen units, from 0 to 1) with chance_overlap (what a random vector has), residual (each eigenvalue is
an exact one of a matrix so near, relatively, to the student), complete (none with a larger real part can be missing), road (how they were found) and status (solved; or why
there is nothing: no stationary state, singular, diverged, no eigenvalues; then the numbers are null); over a
setting also value and units. --leading-only leaves out henrici, singular_values and overlaps and is much faster.
--draws N repeats it all for N teacher seeds, from teacher.seed on: rows are those of the first, draws has all
of them with their seed, and summary has mean, error (standard error of the mean) and count (of the determined
values) per row.
--theory adds theory: for each statement that applies its name, kind (value, band, upper bound, lower bound),
quantity, formula, validity (proved or mean field, and of what), values, and low for a band; one number per
row (of the first draw).
With -o OUT.csv a table of the same: d, re1, im1 … re6, im6, line_attractor_score, henrici,
line_attractor_status, status; before them seed with --draws and value with --over, behind them one column per
theory (two for a band).

Exit codes: 0 good; 2 bad input or usage; 3 numerical failure in some row (the result is written).

Examples:
  keyhole curve --teacher low-rank-orthogonal --set teacher.size=200 --observed 2,6,12 --theory
  keyhole curve --teacher chain --observed all --leading-only -o curve.csv
  keyhole curve --teacher chain --over teacher.size --values 100,200,500 --observed 25 --draws 8
  keyhole curve --teacher weights.npy --limit finite --set simulation.steps=20000 -o curve.json
The settings and their ranges: keyhole list)";

}  // namespace

void addCurveCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<CurveArguments>();
  CLI::App* command = app.add_subcommand(
      "curve", "Fit students of one teacher for several numbers of seen units and print what they claim");
  command
      ->add_option("--teacher", arguments->teacher,
                   "A kind of teacher (see keyhole list), or a file with a square matrix")
      ->required()
      ->type_name("KIND|FILE.npy");
  command
      ->add_option("--set", arguments->assignments,
                   "Change settings of the teacher or of its simulation; repeatable")
      ->expected(1)
      ->take_all()
      ->type_name("KEY=VALUE");
  command->add_option("--limit", arguments->limit, "continuous (default), discrete or finite")
      ->type_name("NAME");
  command
      ->add_option(
          "--observed", arguments->observed,
          "Numbers of seen units, such as 2,6,12, or all (default: 1, 2, 5, 10, 20, 50 … and all units)")
      ->type_name("LIST|all");
  command->add_option("--over", arguments->over, "Run over this setting instead, at one d")->type_name("KEY");
  command->add_option("--values", arguments->values, "Its values, such as 100,200,500")->type_name("LIST");
  command->add_option("--draws", arguments->draws, "Repeat with this many teacher seeds (default 1)")
      ->type_name("N");
  command->add_flag("--theory", arguments->theory, "Add what theory says");
  command->add_flag("--leading-only", arguments->leadingOnly,
                    "Leading eigenvalues and score alone, by the fast methods");
  command->add_option("--seed", arguments->seed, "The seed of all randomness, as --set teacher.seed=N")
      ->type_name("N");
  command->add_option("-o,--out", arguments->out, "Write the result here (default: standard output, as JSON)")
      ->type_name("OUT.json|.csv");
  command->footer(kCurveHelp);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runCurve(*arguments, console); };
  });
}

}  // namespace keyhole::cli
