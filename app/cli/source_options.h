// The recording that a command works on: a file, a preset or a session, with settings changed.
#pragma once

#include "app/cli/reading_options.h"
#include "core/experiment/experiment.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace keyhole::cli {

struct SourceOptions {
  std::string source, seed, alpha;
  ReadingOptions reading;
  std::vector<std::string> assignments;

  // The positional argument and --alpha, --seed, --set, and how a recording is read.
  void addTo(CLI::App& command);

  // A sentence if they are those of a recording whose α nobody has given; else empty.
  std::string alphaNote(const Settings& settings) const;

  // Of a preset or a session, or those that show all of a recording. Throws InputError.
  Settings settings() const;

  // What is to be said of the recording or the teacher: of its reading and its summary, and if it is not what
  // the session was saved with.
  std::vector<std::string> warnings(const Experiment& experiment) const;

  // Adds `recording` (of a recording) and `warnings` to a command's result.
  void describe(nlohmann::ordered_json& json, const Experiment& experiment) const;
};

// The stages through the observation. Throws InputError, Stopped.
Experiment observedExperiment(const Settings& settings, Progress& progress);

}  // namespace keyhole::cli
