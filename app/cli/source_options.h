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
};

// The stages through the observation. Throws InputError, Stopped.
Experiment observedExperiment(const Settings& settings, Progress& progress);

// What is to be said of its teacher: of a recording's reading and its summary.
std::vector<std::string> sourceWarnings(const Experiment& experiment);

// Adds `recording` (of a recording) and `warnings` to a command's result.
void addSource(nlohmann::ordered_json& json, const Experiment& experiment);

}  // namespace keyhole::cli
