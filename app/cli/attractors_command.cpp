// `keyhole attractors`: what teacher and student are left with, and the verdict that rests on it.
#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/random.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/session.h"
#include "core/fitting/run_student.h"
#include "core/io/json_values.h"
#include "core/io/recording_file.h"
#include "core/report/attractors_json.h"
#include "core/report/run_record.h"
#include "core/report/student_json.h"

#include <algorithm>
#include <memory>
#include <optional>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

// What was asked to stop stays so: nothing is begun any more, and what was found is written at once.
class StopsForGood : public Progress {
 public:
  explicit StopsForGood(Progress& outer) : m_outer(outer) {}
  void report(double fraction, std::string_view what) override { m_outer.report(fraction, what); }
  void objective(int start, int iteration, double value) override {
    m_outer.objective(start, iteration, value);
  }
  bool stopRequested() const override { return m_outer.stopRequested(); }

 private:
  Progress& m_outer;
};

bool isPart(const std::shared_ptr<const Attractors>& found) {
  return found && found->isPart();
}

struct AttractorArguments {
  std::string source, teacher, student, phi = "tanh", convention = "standard", seed, out;
  std::vector<std::string> assignments;
};

// A student from a file: what `keyhole fit` wrote, or a matrix, which is given the teacher's form.
struct GivenStudent {
  Student student;
  bool whole = false;  // the file says all of it
  double seconds = 0;  // of a step of its recording; 0: not known
};

// What `keyhole fit` was told with --dt, or read beside the recording.
double secondsOf(const nlohmann::json& stored) {
  const auto options = stored.find("options");
  if (options == stored.end() || !options->is_object() || !options->contains("dt")) return 0;
  const auto& dt = (*options)["dt"];
  return dt.is_number() && dt.get<double>() > 0 ? dt.get<double>() : 0;
}

std::optional<GivenStudent> givenStudent(const AttractorArguments& arguments) {
  if (arguments.student.empty()) return {};
  GivenStudent given;
  if (arguments.student.ends_with(".json")) {
    const auto stored = readStudentJson(arguments.student);
    given.student = studentFromJson(stored, arguments.student);
    given.seconds = secondsOf(stored);
    given.whole = true;
    return given;
  }
  Student& student = given.student;
  student.A = readSquareMatrix(arguments.student);
  student.V = Matrix(student.A.rows(), 0);
  student.seen = student.A.rows();
  student.summary.status = FitStatus::solved;
  return given;
}

// The steps in which a student was fitted are a part of it.
void takeAlpha(Settings& settings, const AttractorArguments& arguments, const GivenStudent& given) {
  if (!given.whole) return;
  const double alpha = given.student.alpha;
  const bool asked = std::any_of(arguments.assignments.begin(), arguments.assignments.end(),
                                 [](const auto& text) { return text.starts_with("simulation.alpha="); });
  if (asked && settings.number("simulation.alpha") != alpha)
    throw InputError("simulation.alpha is " + toText(settings.number("simulation.alpha")) +
                     "; allowed: " + toText(alpha) + ", in which " + arguments.student + " was fitted");
  settings.set("simulation.alpha", alpha);
}

Settings settingsFor(const AttractorArguments& arguments, const std::optional<GivenStudent>& given) {
  Settings settings;
  if (!arguments.source.empty()) {
    settings = presetOrSession(arguments.source).settings;
  } else if (!arguments.teacher.empty()) {
    settings.set("teacher.kind", nameOf(TeacherKind::imported));
    settings.set("teacher.file", arguments.teacher);
    settings.set("teacher.phi", arguments.phi);
    settings.set("teacher.convention", arguments.convention);
  } else {
    settings.set("teacher.kind", std::string("recording"));  // its circuit is not known
    settings.set("teacher.file", arguments.student);
  }
  if (!arguments.seed.empty()) settings.setFromText("teacher.seed", arguments.seed);
  applySettings(settings, arguments.assignments);
  if (given) takeAlpha(settings, arguments, *given);
  settings.set("analysis.draws", 0LL);
  if (attractorOptions(settings).starts == 0)
    throw InputError("analysis.point_starts is 0; allowed: a whole number from 1 to 500");
  return settings;
}

void requireOneSource(const AttractorArguments& arguments) {
  if (!arguments.source.empty() && !arguments.teacher.empty())
    throw InputError("both " + arguments.source + " and --teacher " + arguments.teacher +
                     " are given; allowed: one of them");
  if (!arguments.source.empty() && !arguments.student.empty())
    throw InputError("--student is " + arguments.student +
                     "; allowed: only without a preset or session, which has its own student");
  if (!arguments.source.empty() || !arguments.teacher.empty()) return;
  if (arguments.student.empty())
    throw InputError("keyhole attractors needs a preset, a session, --teacher FILE or --student FILE");
  if (!arguments.student.ends_with(".json"))
    throw InputError(
        "--student is " + arguments.student +
        "; allowed without --teacher FILE: the JSON of keyhole fit, which says what the units do");
}

// A student from a file sees the teacher's first units.
void putStudent(Experiment& experiment, const AttractorArguments& arguments, const GivenStudent& given,
                Progress& progress) {
  const Index units = experiment.simulation->units;
  auto fit = std::make_shared<FitStage>();
  Student& student = fit->student;
  student = given.student;
  if (student.seen > units)
    throw InputError(arguments.student + " has " + std::to_string(student.seen) +
                     (given.whole ? " seen units" : " units") + "; allowed: up to " + std::to_string(units) +
                     ", the units of " + arguments.teacher);
  auto observation = std::make_shared<ObservationStage>();
  for (Index i = 0; i < student.seen; ++i) observation->seen.push_back(i);
  if (!given.whole) {
    student.phi = experiment.teacher->teacher->options.phi;
    student.convention = experiment.teacher->teacher->options.convention;
    student.alpha = experiment.simulation->alpha;
  }
  experiment.observation = observation;
  experiment.fit = fit;
  experiment.studentAnalysis = stages::analyseStudent(experiment, Depth::complete, nullptr, progress);
}

// Of a student alone the activity is what it inferred, or a run of its own from a random state with the noise
// of the settings.
std::shared_ptr<const SimulationStage> ownActivity(const Settings& settings, const Student& student,
                                                   Progress& progress) {
  constexpr Index kSteps = 5000;
  const SimulationOptions options = simulationOptions(settings);
  const Index n = student.A.rows(), steps = std::min(options.steps, kSteps);
  const RandomStream first(options.seed, Stream::initialState), random(options.seed, Stream::noise);
  Matrix states = student.states;
  if (states.cols() < 2) {
    const Vector start = options.initialScale * first.normalMatrix(n, 1);
    // Per step a tenth of σ, whatever α is: the equation multiplies it by α.
    const Matrix noise = 0.1 * options.sigma / student.alpha * random.normalMatrix(n, steps - 1);
    const int discrete = student.switching ? student.switching->path.front() : 0;
    states = runStudent(student, start, steps, Matrix(), noise, discrete, progress).states;
  }
  auto simulation = std::make_shared<SimulationStage>();
  simulation->units = student.seen;
  simulation->steps = states.cols();
  simulation->alpha = student.alpha;
  simulation->display = seenActivity(student, states.leftCols(std::min(states.cols(), kSteps)), Matrix());
  simulation->displayNoise.resize(student.seen, 0);
  simulation->displayBounds = {0, simulation->display.cols()};
  return simulation;
}

// Of a student alone: of the recording no more is known than how it was sampled.
std::shared_ptr<const TeacherStage> unknownTeacher(const GivenStudent& given) {
  auto teacher = std::make_shared<TeacherStage>();
  if (given.seconds > 0) {
    Recording& recording = teacher->recording.emplace();
    recording.interval = given.seconds;
    recording.intervalUnit = "s";
  }
  return teacher;
}

// Beside a run of the student's own nothing is said of "the activity": that is the recording's, which is not
// there.
std::shared_ptr<const Attractors> withoutActivity(const std::shared_ptr<const Attractors>& found) {
  if (!found) return found;
  auto made = std::make_shared<Attractors>(*found);
  made->line.alignment = {kNaN, kNaN, kNaN};
  for (SlowManifold& one : made->continua) one.alignment = {kNaN, kNaN, kNaN};
  return made;
}

std::shared_ptr<const Experiment> experimentOf(const AttractorArguments& arguments, Progress& progress) {
  const auto given = givenStudent(arguments);
  const Settings asked = settingsFor(arguments, given), settings = effective(asked);
  if (hasManyUnits(settings))
    throw InputError("teacher.size is " + std::to_string(settings.integer("teacher.size")) +
                     "; allowed for attractors: at most " + std::to_string(kMostUnits) + " units");
  if (!arguments.source.empty()) return runExperiment(asked, nullptr, progress);
  auto experiment = std::make_shared<Experiment>();
  experiment->asked = asked;
  experiment->settings = settings;
  experiment->fit = std::make_shared<FitStage>();
  if (arguments.teacher.empty()) {
    experiment->teacher = unknownTeacher(*given);
    experiment->simulation = ownActivity(settings, given->student, progress);
  } else {
    experiment->teacher = stages::makeTeacher(settings, progress);
    experiment->simulation =
        stages::makeSimulation(settings, *experiment->teacher, stages::sumsForFit(settings), progress);
    experiment->observation = stages::makeObservation(settings, *experiment->simulation);
    experiment->teacherAnalysis = stages::analyseTeacher(*experiment, Depth::complete, nullptr, progress);
  }
  if (given) putStudent(*experiment, arguments, *given, progress);
  experiment->teacherAttractors = stages::teacherAttractors(*experiment, progress);
  if (!isPart(experiment->teacherAttractors))
    experiment->studentAttractors = stages::studentAttractors(*experiment, progress);
  if (arguments.teacher.empty() && given->student.states.cols() < 2)
    experiment->studentAttractors = withoutActivity(experiment->studentAttractors);
  if (given) experiment->verdict = stages::verdictOf(*experiment);
  return experiment;
}

ordered_json resultJson(const Experiment& experiment, const AttractorArguments& arguments) {
  ordered_json json;
  json["source"] = !arguments.source.empty()    ? arguments.source
                   : !arguments.teacher.empty() ? arguments.teacher
                                                : arguments.student;
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

// A teacher beside a student whose α was assumed runs in these steps, too.
std::string besideTeacher(const AttractorArguments& arguments) {
  return arguments.teacher.empty() ? std::string()
                                   : "; the teacher of " + arguments.teacher +
                                         " runs in the same steps, so that the verdict rests on this α";
}

int runAttractors(const AttractorArguments& arguments, Console& console) {
  requireOneSource(arguments);
  requireWritable(arguments.out, {".json"});
  std::shared_ptr<const Experiment> experiment;
  try {
    StopsForGood progress(console.progress);
    experiment = experimentOf(arguments, progress);
  } catch (const Stopped&) {
    say(console, "stopped before attractors were looked for; nothing was written");
    return kStopped;
  }
  if (!arguments.student.empty() && experiment->fit->student.V.cols() > 0)
    say(console,
        "warning: the student of " + arguments.student + " was fitted with an input, which is 0 here");
  if (!arguments.student.empty() && experiment->fit->student.alphaAssumed)
    say(console, "warning: " + assumedAlphaNote(experiment->fit->student.alpha) + besideTeacher(arguments));
  deliver(console, arguments.out, jsonText(resultJson(*experiment, arguments)));
  sayFound(console, "teacher", experiment->teacherAttractors);
  sayFound(console, "student", experiment->studentAttractors);
  if (isPart(experiment->teacherAttractors) || isPart(experiment->studentAttractors)) {
    say(console, "stopped: the result is a part");
    return kStopped;
  }
  const bool withTeacher = experiment->teacher && experiment->teacher->teacher;
  const bool withStudent = arguments.teacher.empty() || !arguments.student.empty();
  const bool good =
      (experiment->teacherAttractors || !withTeacher) && (experiment->studentAttractors || !withStudent);
  if (!good && experiment->verdict.sentence.empty())
    say(console, "no attractors were looked for: the teacher diverges");
  else if (!experiment->verdict.sentence.empty() && (!good || withStudent))
    say(console, experiment->verdict.sentence);
  return good ? kGood : kNumericalFailure;
}

constexpr const char* kAttractorsHelp =
    R"(Free runs, fixed and slow points, closed orbits, the line of slow points and Lyapunov exponents, of the
teacher and of its student. The result is JSON: source, teacher, student (each null if there is none), verdict
(kind, spurious, as_it_stands: the kind of a marginal one but for a small change, weakened_by, sentence), run (version, seed, settings). Of each system:
  summary    what was found, a sentence each; the same goes to the standard error
  alpha      the step in which the system runs; all but left_in_steps and in_steps is said of the flow
  tau_steps  of a recording's student alone, whose τ is by α: how many steps it is; sentences then tell times in
             steps (and seconds, if the fit knew --dt), and beside numbers in τ stand those in steps and seconds
             (period_steps, slow_steps, fast_steps, exponents_per_step …); else null
  part       null, or, after a stop, a sentence: what is known in part or not at all
  points     status (exact, continuum, inconsistent: linear; searched, partly: from starts), message, points:
             kind (fixed, slow, not converged), stability (of the flow, α → 0), left_in_steps (stable or
             marginal in the flow, and left in steps of alpha), residual ‖F‖, q = ½‖F‖², gradient ‖∇q‖, starts that
             ended there, eigenvalues (the leading six, paper's scaling), modes (unstable directions), position,
             continuum (the number of the continuous attractor on which it lies); census: how many fixed and
             stable points there are and whether that is all: completeness (certified: proven; certified apart
             from small places: proven but for open_places, within open_radius; estimated: at least these, and
             missing more (a lower bound, its 95 % interval up to missing_upper), by how often the others were
             found; not sought; stopped: at least these), coverage (how likely another start leads to a known point), further_starts
  cycles     status, stability, period (τ), amplitude, residual (relative), multipliers (Floquet), orbit
  slow_line  status (line, ring, plane, or why there is none), name (also closed surface …), dimension, drifting (slow modes
             without a direction on it, as of a Jordan block: what lies beside it drifts along it), round_time (τ in which
             a ring that rests nowhere is gone round, else null), extent, narrowest (a plane's), slow_tau,
             fast_tau, fastest and mean_speed along it, at_rest, stable_points and other_points on it,
             angle_to_activity (radians), activity_share (along it, of the variance of the activity's first 5000
             steps) and largest_share (the largest that as many directions could have); null of a student alone that
             has no states of its recording
  continua   all of them, the first being slow_line
  repelling  lines and rings of points that hardly move and beside which something grows, as in continua
  coexisting of the free runs how many end on each attractor: kind (point, cycle, continuum, chaos, torus of two
             frequencies, centre, slow point, unresolved, divergence), number in its list, runs, share; untold: runs of
             which a stop left it open
  centre     of a linear system: the neutral cycles that lie side by side (message, periods in τ, grows: pairs that share
             an eigenvector), centre_in_steps: those of steps of alpha; null where there are none
  lyapunov   exponents per τ with standard errors, over how many τ they are averaged, kaplan_yorke
  in_steps   null, or, where the weights allow that steps of alpha end on what the flow does not have: cycles of a
             few steps (period_steps, stability, multipliers of a turn, residual, runs, orbit), continua_of_cycles,
             two_steps (whether those of two steps are all, as completeness above), and where free runs in steps
             end: at_points, on_cycles, diverging, or without repeating within 64 steps: chaotic (of three that are
             looked at; exponent: the largest, per τ) and unresolved

A result of keyhole fit is taken whole: with its latents and what they show in the units, hidden units, constant
drive, transfer function, convention, discrete states and its step alpha, in which a teacher beside it runs too.
Alone, a student is looked for from the states that it inferred, or from a run of its own, with a tenth of
simulation.sigma as noise in each step.

Ctrl-C (or SIGTERM) stops: what was found by then is written, with its part; the verdict is undecided.

Exit codes: 0 good; 2 bad input or usage; 3 numerical failure (the result is written); 130 stopped (what was found
is written, unless that was before the search for points of rest).

Examples:
  keyhole attractors figure-3 -o attractors.json
  keyhole attractors --teacher weights.npy --phi tanh
  keyhole attractors --teacher weights.npy --student fit.json
  keyhole attractors --student fit.json)";

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
                   "A result of keyhole fit (JSON), alone or with --teacher; with --teacher also a matrix "
                   "file, taken to be of the teacher's form. It sees the teacher's first units")
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
