// `keyhole attractors`: what teacher and student are left with, and the verdict that rests on it.
#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/session.h"
#include "core/io/file_bytes.h"
#include "core/io/json_values.h"
#include "core/io/recording_file.h"
#include "core/report/attractors_json.h"
#include "core/report/run_record.h"

#include <memory>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

struct AttractorArguments {
  std::string source, teacher, student, phi = "tanh", convention = "standard", seed, out;
  std::vector<std::string> assignments;
};

Settings settingsFor(const AttractorArguments& arguments) {
  Settings settings;
  if (arguments.teacher.empty()) {
    settings = presetOrSession(arguments.source).settings;
  } else {
    settings.set("teacher.kind", nameOf(TeacherKind::imported));
    settings.set("teacher.file", arguments.teacher);
    settings.set("teacher.phi", arguments.phi);
    settings.set("teacher.convention", arguments.convention);
  }
  if (!arguments.seed.empty()) settings.setFromText("teacher.seed", arguments.seed);
  applySettings(settings, arguments.assignments);
  settings.set("analysis.draws", 0LL);
  if (attractorOptions(settings).starts == 0)
    throw InputError("analysis.point_starts is 0; allowed: a whole number from 1 to 500");
  return settings;
}

void requireOneSource(const AttractorArguments& arguments) {
  if (arguments.source.empty() == arguments.teacher.empty())
    throw InputError(arguments.source.empty()
                         ? "keyhole attractors needs a preset, a session or --teacher FILE"
                         : "both " + arguments.source + " and --teacher " + arguments.teacher +
                               " are given; allowed: one of them");
  if (arguments.source.empty()) return;
  if (!arguments.student.empty())
    throw InputError("--student is " + arguments.student +
                     "; allowed: only with --teacher FILE, since a preset or session has its own student");
}

// The matrix of a student: a matrix file, or the "dynamics" of what `keyhole fit` wrote.
Matrix studentMatrix(const std::string& file) {
  if (!file.ends_with(".json")) return readSquareMatrix(file);
  const auto json = nlohmann::json::parse(readFileBytes(file), nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("dynamics"))
    throw InputError(file +
                     " has no \"dynamics\"; allowed: a result of keyhole fit, or a file with a matrix");
  Matrix A = matrixFromJson(json["dynamics"], file + ", dynamics");
  if (A.rows() != A.cols() || A.rows() == 0 || !A.allFinite())
    throw InputError(file + ", dynamics is " + std::to_string(A.rows()) + " x " + std::to_string(A.cols()) +
                     "; allowed: a square matrix of finite numbers");
  return A;
}

// A student from a file sees the teacher's first units.
void putStudent(Experiment& experiment, const AttractorArguments& arguments, Progress& progress) {
  const Matrix A = studentMatrix(arguments.student);
  const Index units = experiment.simulation->units;
  if (A.rows() > units)
    throw InputError(arguments.student + " has " + std::to_string(A.rows()) + " units; allowed: up to " +
                     std::to_string(units) + ", the units of " + arguments.teacher);
  auto observation = std::make_shared<ObservationStage>();
  for (Index i = 0; i < A.rows(); ++i) observation->seen.push_back(i);
  auto fit = std::make_shared<FitStage>();
  Student& student = fit->student;
  student.A = A;
  student.V = Matrix(A.rows(), 0);
  student.seen = A.rows();
  student.phi = experiment.teacher->teacher->options.phi;
  student.convention = experiment.teacher->teacher->options.convention;
  student.alpha = experiment.simulation->alpha;
  student.summary.status = FitStatus::solved;
  experiment.observation = observation;
  experiment.fit = fit;
  experiment.studentAnalysis = stages::analyseStudent(experiment, Depth::complete, nullptr, progress);
}

std::shared_ptr<const Experiment> experimentOf(const AttractorArguments& arguments, Progress& progress) {
  const Settings asked = settingsFor(arguments), settings = effective(asked);
  if (hasManyUnits(settings))
    throw InputError("teacher.size is " + std::to_string(settings.integer("teacher.size")) +
                     "; allowed for attractors: at most " + std::to_string(kMostUnits) + " units");
  if (arguments.teacher.empty()) return runExperiment(asked, nullptr, progress);
  auto experiment = std::make_shared<Experiment>();
  experiment->asked = asked;
  experiment->settings = settings;
  experiment->teacher = stages::makeTeacher(settings, progress);
  experiment->simulation =
      stages::makeSimulation(settings, *experiment->teacher, stages::sumsForFit(settings), progress);
  experiment->observation = stages::makeObservation(settings, *experiment->simulation);
  experiment->fit = std::make_shared<FitStage>();
  experiment->teacherAnalysis = stages::analyseTeacher(*experiment, Depth::complete, nullptr, progress);
  if (!arguments.student.empty()) putStudent(*experiment, arguments, progress);
  experiment->teacherAttractors = stages::teacherAttractors(*experiment, progress);
  experiment->studentAttractors = stages::studentAttractors(*experiment, progress);
  if (!arguments.student.empty()) experiment->verdict = stages::verdictOf(*experiment);
  return experiment;
}

ordered_json resultJson(const Experiment& experiment, const AttractorArguments& arguments) {
  ordered_json json;
  json["source"] = arguments.teacher.empty() ? arguments.source : arguments.teacher;
  const auto add = [&json](const char* name, const std::shared_ptr<const Attractors>& attractors) {
    json[name] = attractors ? attractorsToJson(*attractors) : ordered_json(nullptr);
  };
  add("teacher", experiment.teacherAttractors);
  add("student", experiment.studentAttractors);
  if (experiment.verdict.sentence.empty()) {
    json["verdict"] = nullptr;
    json["run"] = runRecord(experiment.settings);
    return json;
  }
  json["verdict"]["kind"] = nameOf(experiment.verdict.kind);
  json["verdict"]["spurious"] = experiment.verdict.spurious;
  json["verdict"]["as_it_stands"] = nameOf(experiment.verdict.leaning);
  json["verdict"]["weakened_by"] =
      experiment.verdict.weakenedBy > 0 ? numberOrNull(experiment.verdict.weakenedBy) : ordered_json(nullptr);
  json["verdict"]["sentence"] = experiment.verdict.sentence;
  json["run"] = runRecord(experiment.settings);
  return json;
}

// What was found, in words, beside the result.
void sayFound(Console& console, const std::string& whose, const std::shared_ptr<const Attractors>& found) {
  if (!found) return;
  for (const std::string& sentence : found->sentences()) say(console, whose + ": " + sentence);
}

int runAttractors(const AttractorArguments& arguments, Console& console) {
  requireOneSource(arguments);
  requireWritable(arguments.out, {".json"});
  const auto experiment = experimentOf(arguments, console.progress);
  deliver(console, arguments.out, jsonText(resultJson(*experiment, arguments)));
  sayFound(console, "teacher", experiment->teacherAttractors);
  sayFound(console, "student", experiment->studentAttractors);
  const bool recording = experiment->teacher && experiment->teacher->recording;
  const bool good = (experiment->teacherAttractors || recording) &&
                    (experiment->studentAttractors || !arguments.teacher.empty());
  if (!good) say(console, experiment->verdict.sentence);
  return good ? kGood : kNumericalFailure;
}

constexpr const char* kAttractorsHelp =
    R"(Free runs, fixed and slow points, closed orbits, the line of slow points and Lyapunov exponents, of the
teacher and of its student. The result is JSON: source, teacher, student (each null if there is none), verdict
(kind, spurious, as_it_stands: the kind of a marginal one but for a small change, weakened_by, sentence), run (version, seed, settings). Of each system:
  summary    what was found, a sentence each; the same goes to the standard error
  points     status (exact, continuum, inconsistent: linear; searched, partly: from starts), message, points:
             kind (fixed, slow, not converged), stability, residual ‖F‖, q = ½‖F‖², gradient ‖∇q‖, starts that
             ended there, eigenvalues (the leading six, paper's scaling), modes (unstable directions), position,
             continuum (the number of the continuous attractor on which it lies); census: how many fixed and
             stable points there are and whether that is all: completeness (certified: proven; certified apart
             from small places: proven but for open_places, within open_radius; estimated: at least these, and
             missing, up to missing_upper, by how often the others were found; not sought; stopped: at least
             these), coverage (how likely another start leads to a known point), further_starts
  cycles     status, stability, period (τ), amplitude, residual (relative), multipliers (Floquet), orbit
  slow_line  status (line, ring, plane, or why there is none), dimension, extent, narrowest (a plane's), slow_tau,
             fast_tau, fastest and mean_speed along it, at_rest, stable_points and other_points on it,
             angle_to_activity (radians), activity_share (variance along it) and largest_share (the largest that
             as many directions could have)
  continua   all of them, the first being slow_line
  coexisting of the free runs how many end on each attractor: kind (point, cycle, continuum, chaos, slow point,
             unresolved, divergence), number in its list, runs, share
  lyapunov   exponents per τ with standard errors, kaplan_yorke

Exit codes: 0 good; 2 bad input or usage; 3 numerical failure (the result is written).

Examples:
  keyhole attractors figure-3 -o attractors.json
  keyhole attractors --teacher weights.npy --phi tanh
  keyhole attractors --teacher weights.npy --student fit.json)";

}  // namespace

void addAttractorsCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<AttractorArguments>();
  CLI::App* command = app.add_subcommand(
      "attractors", "Find points of rest, limit cycles and slow lines of a teacher and of its student");
  command->add_option("source", arguments->source, "A preset's name or a .keyhole file")
      ->type_name("PRESET|SESSION");
  command->add_option("--teacher", arguments->teacher, "A file with the teacher's square matrix instead")
      ->type_name("FILE");
  command
      ->add_option("--student", arguments->student,
                   "With --teacher: a matrix file or a result of keyhole fit; it sees the first units")
      ->type_name("FILE");
  command->add_option("--phi", arguments->phi, "With --teacher: tanh (default) or linear")->type_name("NAME");
  command
      ->add_option("--convention", arguments->convention, "With --teacher: standard (default) or leaky-rate")
      ->type_name("NAME");
  command
      ->add_option("--set", arguments->assignments,
                   "Change settings, such as analysis.point_starts; repeatable")
      ->expected(1)
      ->take_all()
      ->type_name("KEY=VALUE");
  command->add_option("--seed", arguments->seed, "The seed of all randomness, as --set teacher.seed=N")
      ->type_name("N");
  command->add_option("-o,--out", arguments->out, "Write the result here (default: standard output)")
      ->type_name("OUT.json");
  command->footer(kAttractorsHelp);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runAttractors(*arguments, console); };
  });
}

}  // namespace keyhole::cli
