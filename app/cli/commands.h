// The commands, one file each. add…Command() declares a command's options and help; when the command line
// names the command, `chosen` becomes what it does.
#pragma once

#include "app/cli/console.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace keyhole::cli {

enum ExitCode { kGood = 0, kBadInput = 2, kNumericalFailure = 3, kStopped = 130 };

// Returns an exit code; throws InputError and Stopped.
using Action = std::function<int(Console&)>;

void addListCommand(CLI::App& app, Action& chosen);
void addContentsCommand(CLI::App& app, Action& chosen);
void addSummaryCommand(CLI::App& app, Action& chosen);
void addFitCommand(CLI::App& app, Action& chosen);
void addAuditCommand(CLI::App& app, Action& chosen);
void addCompareCommand(CLI::App& app, Action& chosen);
void addOrderCommand(CLI::App& app, Action& chosen);
void addAttractorsCommand(CLI::App& app, Action& chosen);
void addCurveCommand(CLI::App& app, Action& chosen);
void addSweepCommand(CLI::App& app, Action& chosen);
void addSimulateCommand(CLI::App& app, Action& chosen);
void addFigureCommand(CLI::App& app, Action& chosen);

// "Keyhole 0.1.0", and that with the libraries and the machine, one per line.
std::string versionText();
std::string infoText();

}  // namespace keyhole::cli
