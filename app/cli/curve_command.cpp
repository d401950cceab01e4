// `keyhole curve`: what the students of a teacher claim, over the number of seen units.
#include "app/cli/commands.h"
#include "app/cli/curve.h"
#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/experiment/stage_options.h"
#include "core/io/json_values.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kLeading = 6;

struct CurveArguments {
  std::string teacher, limit = "continuous", observed, seed, out;
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
                     ", or a file with a square matrix (.npy, .csv, .tsv, .txt, .mat)");
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
ordered_json optionsJson(const Settings& settings, const std::string& limit) {
  ordered_json options;
  for (const auto& row : settingsTable()) {
    const bool always = row.stage == Stage::teacher;
    const bool ofRun = limit == "finite" && (row.stage == Stage::simulation || row.stage == Stage::fit);
    const bool ofStep = limit == "discrete" && row.key == "simulation.alpha";
    if (!(always || ofRun || ofStep) || !settings.applies(row)) continue;
    std::visit([&](const auto& value) { options[row.key] = value; }, settings.value(row.key));
  }
  return options;
}

ordered_json rowJson(const CurveRow& row) {
  ordered_json json;
  json["d"] = row.d;
  json["eigenvalues"] = row.good ? eigenvaluesToJson(row.leading.values) : ordered_json(nullptr);
  json["line_attractor_score"] = numberOrNull(row.score.value);
  json["line_attractor_status"] = row.good ? ordered_json(nameOf(row.score.status)) : ordered_json(nullptr);
  json["henrici"] = numberOrNull(row.henrici);
  json["undetermined"] = row.good ? ordered_json(row.leading.undetermined) : ordered_json(nullptr);
  json["status"] = row.status;
  return json;
}

std::string curveJson(const Curve& curve, const CurveArguments& arguments, const Settings& settings) {
  ordered_json json;
  json["teacher"] = arguments.teacher;
  json["units"] = curve.units;
  json["limit"] = arguments.limit;
  json["options"] = optionsJson(settings, arguments.limit);
  json["rows"] = ordered_json::array();
  for (const auto& row : curve.rows) json["rows"].push_back(rowJson(row));
  json["warnings"] = curve.notes;
  return jsonText(json);
}

// An undefined number is an empty cell.
std::string cell(double value) {
  return std::isfinite(value) ? toText(value) : "";
}

std::string curveCsv(const Curve& curve) {
  std::string text = "d";
  for (std::size_t i = 1; i <= kLeading; ++i) text += ",re" + std::to_string(i) + ",im" + std::to_string(i);
  text += ",line_attractor_score,henrici,line_attractor_status,status\n";
  for (const auto& row : curve.rows) {
    text += std::to_string(row.d);
    for (Index i = 0; i < static_cast<Index>(kLeading); ++i) {
      const bool there = i < row.leading.values.size();
      text +=
          there ? "," + cell(row.leading.values(i).real()) + "," + cell(row.leading.values(i).imag()) : ",,";
    }
    text += "," + cell(row.score.value) + "," + cell(row.henrici) + "," +
            (row.good ? nameOf(row.score.status) : "") + "," + row.status + "\n";
  }
  return text;
}

int runCurve(const CurveArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".json", ".csv"});
  const Settings settings = curveSettings(arguments);
  const Curve curve = computeCurve(settings, arguments.observed, console.progress);
  for (const auto& note : curve.notes) say(console, "warning: " + note);
  const auto bad =
      std::find_if(curve.rows.begin(), curve.rows.end(), [](const auto& row) { return !row.good; });
  const bool good = bad == curve.rows.end();
  if (!good) say(console, "d = " + std::to_string(bad->d) + ": " + bad->message);
  const bool csv = arguments.out.ends_with(".csv");
  deliver(console, arguments.out, csv ? curveCsv(curve) : curveJson(curve, arguments, settings));
  return good ? kGood : kNumericalFailure;
}

constexpr const char* kExplanation =
    R"(The first d units of the teacher's order (of the file's order) are seen. --limit says what is fitted to:
  continuous   an infinitely long recording, time step to 0; linear students
  discrete     an infinitely long recording at the time step simulation.alpha; linear students
  finite       one simulation (the simulation.* settings); MAP fits with fit.rho
Unlike elsewhere the teacher is linear unless --set teacher.phi=tanh asks for more, which only finite heeds.

The result is JSON: teacher, units, limit, options (the settings it depends on), rows, warnings. Each row has
d, eigenvalues (the leading six as [re, im], by falling real part; all d if fewer), line_attractor_score with
line_attractor_status, henrici, undetermined (per eigenvalue: true if rounding alone could have put it
elsewhere) and status (solved; or why there is nothing: no stationary state, singular, diverged, no
eigenvalues; then the numbers are null). With -o OUT.csv a table of the same: d, re1, im1 … re6, im6, line_attractor_score, henrici,
line_attractor_status, status.

Exit codes: 0 good; 2 bad input or usage; 3 numerical failure in some row (the result is written).

Examples:
  keyhole curve --teacher low-rank-orthogonal --set teacher.size=200 --observed 2,6,12
  keyhole curve --teacher chain --observed all -o curve.csv
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
  command->add_option("--seed", arguments->seed, "The seed of all randomness, as --set teacher.seed=N")
      ->type_name("N");
  command->add_option("-o,--out", arguments->out, "Write the result here (default: standard output, as JSON)")
      ->type_name("OUT.json|.csv");
  command->footer(kExplanation);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runCurve(*arguments, console); };
  });
}

}  // namespace keyhole::cli
