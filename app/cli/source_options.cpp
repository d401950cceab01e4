#include "app/cli/source_options.h"

#include "app/cli/option_values.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/known_recording.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/settings/presets.h"
#include "core/experiment/settings/session.h"
#include "core/io/formats.h"
#include "core/report/recording_json.h"

#include <algorithm>

namespace keyhole::cli {
namespace {

bool isSession(const std::string& source) {
  if (source.ends_with(".keyhole") || source.ends_with(".json")) return true;
  return std::any_of(presets().begin(), presets().end(),
                     [&](const Preset& preset) { return preset.name == source; });
}

}  // namespace

void SourceOptions::addTo(CLI::App& command) {
  command
      .add_option("RECORDING|PRESET|SESSION", source,
                  "A recording (" + extensionList() + "), a preset's name or a .keyhole file")
      ->required()
      ->type_name("");
  command.add_option("--alpha", alpha, "Time step in units of tau")->type_name("NUMBER");
  reading.addTo(command, true);
  command.add_option("--seed", seed, "The seed of all randomness, as --set teacher.seed=N")->type_name("N");
  command.add_option("--set", assignments, "Change settings; repeatable")
      ->expected(1)
      ->take_all()
      ->type_name("KEY=VALUE");
}

Settings SourceOptions::settings() const {
  Settings chosen;
  if (isSession(source)) {
    chosen = presetOrSession(source).settings;
  } else {
    chosen.set("teacher.kind", std::string("recording"));
    chosen.set("teacher.file", source);
    chosen.set("observation.fraction", 1.0);
  }
  reading.applyTo(chosen);
  if (!seed.empty()) chosen.setFromText("teacher.seed", seed);
  setAlpha(chosen, alpha);
  applySettings(chosen, assignments);
  return chosen;
}

std::string SourceOptions::alphaNote(const Settings& settings) const {
  return alphaIsAssumed(settings) ? assumedAlphaNote(settings.number("simulation.alpha")) : std::string();
}

Experiment observedExperiment(const Settings& asked, Progress& progress) {
  Experiment experiment;
  experiment.asked = asked;
  experiment.settings = effective(asked);
  const Settings& settings = experiment.settings;
  experiment.teacher = stages::makeTeacher(settings, progress);
  experiment.simulation =
      stages::makeSimulation(settings, *experiment.teacher, stages::sumsForFit(settings), progress);
  experiment.observation = stages::makeObservation(settings, *experiment.simulation);
  return experiment;
}

std::vector<std::string> SourceOptions::warnings(const Experiment& experiment) const {
  std::vector<std::string> warnings = experiment.teacher->warnings;
  if (const auto& summary = experiment.teacher->summary)
    warnings.insert(warnings.end(), summary->warnings.begin(), summary->warnings.end());
  if (isSession(source)) {
    const Session session = presetOrSession(source);
    auto changed = changedRecordingWarning({session.settings, session.recordingHash}, experiment.asked,
                                           *experiment.teacher);
    if (!changed.empty()) warnings.insert(warnings.begin(), std::move(changed));
  }
  return warnings;
}

void SourceOptions::describe(nlohmann::ordered_json& json, const Experiment& experiment) const {
  if (experiment.teacher->summary) json["recording"] = recordingJson(*experiment.teacher->summary);
  if (experiment.teacher->recording) json["recording"]["hash"] = experiment.teacher->hash;
  json["warnings"] = warnings(experiment);
}

}  // namespace keyhole::cli
