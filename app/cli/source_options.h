// The recording that a command works on: a file, a preset or a session, with settings changed.
#pragma once

#include "core/experiment/experiment.h"

#include <CLI/CLI.hpp>

namespace keyhole::cli {

struct SourceOptions {
  std::string source, seed, alpha, dt;
  bool transpose = false;
  std::vector<std::string> assignments;

  // The positional argument and --alpha, --dt, --transpose, --seed, --set.
  void addTo(CLI::App& command);

  // A sentence if they are those of a recording whose α nobody has given; else empty.
  std::string alphaNote(const Settings& settings) const;

  // Of a preset or a session, or those that show all of a recording. Throws InputError.
  Settings settings() const;
};

// The stages through the observation. Throws InputError, Stopped.
Experiment observedExperiment(const Settings& settings, Progress& progress);

}  // namespace keyhole::cli
