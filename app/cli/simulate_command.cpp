// `keyhole simulate`: a preset's or a session's teacher, run and written as arrays.
#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/session.h"
#include "core/io/file_bytes.h"
#include "core/io/npy.h"
#include "core/io/staged_folder.h"
#include "core/report/run_record.h"

#include <filesystem>
#include <memory>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

// 1 GiB of activity; writing it takes about three times that.
constexpr Index kMostEntries = Index{1} << 27;

struct SimulateArguments {
  std::string source, out, seed;
  std::vector<std::string> assignments;
};

// A teacher's run, in memory.
struct TeacherRun {
  Matrix activity;  // D x n, with observation noise; n < T if the teacher diverged
  Vector signal;    // T task samples, or empty
  bool diverged = false;
};

// The experiment's own simulation, kept whole.
TeacherRun runTeacher(const Teacher& teacher, const SimulationOptions& options, Progress& progress) {
  TeacherRun run;
  if (options.task == TaskKind::integration && teacher.integrationMode.size() > 0)
    run.signal = integrationSignal(options.steps, options.seed);
  run.activity.resize(teacher.network.size(), options.steps);
  Index filled = 0;
  const auto keep = [&](const StateBlock& block) {
    block.inUnits(run.activity.middleCols(block.first, block.states.cols()));
    filled = block.first + block.states.cols();
  };
  run.diverged = !simulate(teacher, options, run.signal, keep, progress);
  run.activity.conservativeResize(Eigen::NoChange, filled);
  return run;
}

void requireMemory(const Teacher& teacher, const SimulationOptions& options) {
  if (const Index D = teacher.network.size(); D > kMostEntries / D)
    throw InputError("the connectivity of " + std::to_string(D) + " units has " + std::to_string(D * D) +
                     " numbers; allowed: up to " + std::to_string(kMostEntries) + " (teacher.size squared)");
  if (options.steps <= kMostEntries / teacher.network.size()) return;
  throw InputError("the activity of " + std::to_string(teacher.network.size()) + " units over " +
                   std::to_string(options.steps) + " steps has " +
                   std::to_string(options.steps * teacher.network.size()) + " numbers; allowed: up to " +
                   std::to_string(kMostEntries) + " (simulation.steps times teacher.size)");
}

// Writes NAME.npy and notes it with its shape.
class ArrayWriter {
 public:
  ArrayWriter(std::string folder, ordered_json& files) : m_folder(std::move(folder)), m_files(files) {}

  void write(const std::string& name, ConstMatrixRef values) {
    writeNpy((std::filesystem::path(m_folder) / (name + ".npy")).string(), values);
    m_files[name + ".npy"] = {values.rows(), values.cols()};
  }

 private:
  std::string m_folder;
  ordered_json& m_files;
};

Session readSession(const SimulateArguments& arguments) {
  Session session = presetOrSession(arguments.source);
  if (!arguments.seed.empty()) session.settings.setFromText("teacher.seed", arguments.seed);
  applySettings(session.settings, arguments.assignments);
  return session;
}

void writeArrays(ArrayWriter& writer, const Teacher& teacher, const TeacherRun& run, const Settings& settings,
                 const std::vector<Index>& seen) {
  const auto options = simulationOptions(settings);
  writer.write("teacher", teacher.network.dense());
  writer.write("activity", run.activity.transpose());
  writer.write("seen", run.activity(seen, Eigen::all).transpose());
  if (run.signal.size() == 0) return;
  writer.write("input", run.signal);
  writer.write("readout", run.activity.transpose() * teacher.readoutWeights);
  writer.write("target", idealIntegrator(run.signal, options.inputScale, options.alpha));
}

int runSimulate(const SimulateArguments& arguments, Console& console) {
  const Session session = readSession(arguments);
  if (isRecording(session.settings))
    throw InputError(arguments.source +
                     " is about a recording; allowed: a preset or session with a teacher to simulate");
  console.progress.checkpoint(0, "building the teacher");
  const Settings settings = effective(session.settings);
  const auto stage = stages::makeTeacher(settings);
  const Teacher& teacher = *stage->teacher;
  const auto options = simulationOptions(settings);
  requireMemory(teacher, options);
  SimulationStage shape;
  shape.units = teacher.network.size();
  const auto observation = stages::makeObservation(settings, shape);
  StagedFolder folder(arguments.out);

  const TeacherRun run = runTeacher(teacher, options, console.progress);
  ordered_json summary;
  summary["status"] = run.diverged ? "diverged" : "complete";
  summary["units"] = teacher.network.size();
  summary["timepoints"] = run.activity.cols();
  summary["alpha"] = options.alpha;
  summary["seen"] = ordered_json::array();
  for (const Index unit : observation->seen) summary["seen"].push_back(unit + 1);
  summary["files"] = ordered_json::object();
  ArrayWriter writer(folder.path(), summary["files"]);
  writeArrays(writer, teacher, run, settings, observation->seen);
  summary["run"] = runRecord(settings);
  saveSession(folder.path() + "/session.keyhole", session);
  writeFileAtomically(folder.path() + "/summary.json", jsonText(summary));
  folder.commit();
  console.progress.report(1.0, "");
  if (!run.diverged) return kGood;
  say(console, "the teacher left the finite range after " + std::to_string(run.activity.cols()) +
                   " time points; only these are written");
  return kNumericalFailure;
}

constexpr const char* kSimulateHelp = R"(Files in DIR (arrays of doubles in NumPy's format, time in rows):
  teacher.npy       the connectivity B, D x D
  activity.npy      all units, T x D, with observation noise if there is any
  seen.npy          the seen units alone, T x d, in the order in which they are seen
  input.npy         with a task: its T samples
  readout.npy       with a task: the teacher's readout, T
  target.npy        with a task: the ideal integrator, T
  session.keyhole   all settings; opens in the window
  summary.json      status (complete or diverged), shapes, and which units are seen (counted from 1)

Exit codes: 0 good; 2 bad input or usage; 3 the teacher diverged (the finite part is written).

Examples:
  keyhole simulate figure-3 --out figure-3-data
  keyhole simulate chain --out data --seed 7 --set simulation.steps=10000
  keyhole simulate experiment.keyhole --out data
The presets, and the settings with their ranges: keyhole list)";

}  // namespace

void addSimulateCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<SimulateArguments>();
  CLI::App* command =
      app.add_subcommand("simulate", "Simulate the teacher of a preset or session and write its arrays");
  command->add_option("PRESET|SESSION", arguments->source, "A preset's name, or a .keyhole session file")
      ->required()
      ->type_name("");
  command->add_option("-o,--out", arguments->out, "The folder for the files; created if missing")
      ->required()
      ->type_name("DIR");
  command->add_option("--seed", arguments->seed, "The seed of all randomness, as --set teacher.seed=N")
      ->type_name("N");
  command->add_option("--set", arguments->assignments, "Change settings; repeatable")
      ->expected(1)
      ->take_all()
      ->type_name("KEY=VALUE");
  command->footer(kSimulateHelp);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runSimulate(*arguments, console); };
  });
}

}  // namespace keyhole::cli
