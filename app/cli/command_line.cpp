#include "app/cli/command_line.h"

#include "app/cli/commands.h"
#include "app/cli/option_values.h"
#include "app/cli/progress_bar.h"
#include "core/common/error.h"
#include "core/experiment/settings/presets.h"
#include "core/io/formats.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <new>
#include <sstream>
#include <unistd.h>

namespace keyhole {
namespace {

using namespace cli;

const std::vector<std::string> kCommands = {"list",  "contents",   "summary", "fit",   "audit",    "compare",
                                            "order", "attractors", "curve",   "sweep", "simulate", "figure"};

// Set by the signal handler, which may touch nothing but such an object.
std::atomic<bool> g_interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void noteInterrupt(int) {
  g_interrupted = true;
}

// Ctrl-C asks once, as does what a batch system sends before it kills; a second one ends the program at once.
void catchInterrupt() {
  struct sigaction action = {};
  action.sa_handler = noteInterrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

constexpr const char* kOverview =
    R"(Without a command, keyhole opens its window (keyhole FILE.keyhole: with that session).
Results go to the standard output or into -o, messages to the standard error.
Exit codes: 0 good; 2 bad input or usage (one sentence says which); 3 numerical failure (the result is
written, with its status); 130 stopped with Ctrl-C or SIGTERM (iterative fits write the best so far,
attractors what was found, if there is any; compare and order what was done; all else nothing).

Examples:
  keyhole list
  keyhole contents session.mat
  keyhole summary session.mat:spikes --dt 0.01
  keyhole fit activity.npy --method map -o fit.json
  keyhole audit activity.npy --dt 0.01 -o audit.json
  keyhole compare figure-2 -o table.csv
  keyhole order figure-2 --latents 1..8
  keyhole attractors figure-3 -o attractors.json
  keyhole curve --teacher chain --observed 2,6,12
  keyhole sweep figure-3 --over observation.fraction=0.05,0.1 --draws 20 -o sweep.csv
  keyhole figure figure-3 -o figure-3.pdf
Each command explains itself: keyhole fit --help)";

// After the last ": " of CLI11's message, or all of it.
std::string detailOf(const std::string& text) {
  const auto colon = text.rfind(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

// CLI11's parse errors as one sentence of ours. They are told apart by their codes; the names are not
// reliable.
std::string usageSentence(const CLI::ParseError& error, const CLI::App& app) {
  const auto commands = app.get_subcommands();
  const std::string command = commands.empty() ? "keyhole" : "keyhole " + commands.back()->get_name();
  const std::string text = error.what();
  const std::string help = "; see " + command + " --help";
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ExtrasError:
      return command + " does not know \"" + app.remaining(true).front() + "\"" + help;
    case CLI::ExitCodes::RequiredError:
      return command + " needs " + text.substr(0, text.rfind(" is required")) + help;
    case CLI::ExitCodes::ArgumentMismatch: {
      const std::string option = text.substr(0, text.find(':'));
      const bool twice = text.find("At Most") != std::string::npos;
      return option + (twice ? " is given more than once" : " has no value") + "; allowed: one value" + help;
    }
    default:
      return detailOf(text) + help;
  }
}

struct Flags {
  bool version = false, info = false;
};

// Reads the command line. Returns what to do; throws CLI::ParseError.
Action parse(CLI::App& app, const std::vector<std::string>& args, Flags& flags) {
  Action chosen;
  app.add_flag("--version", flags.version, "Print the version");
  app.add_flag("--info", flags.info, "Print the version, the libraries and the number of processors");
  addListCommand(app, chosen);
  addContentsCommand(app, chosen);
  addSummaryCommand(app, chosen);
  addFitCommand(app, chosen);
  addAuditCommand(app, chosen);
  addCompareCommand(app, chosen);
  addOrderCommand(app, chosen);
  addAttractorsCommand(app, chosen);
  addCurveCommand(app, chosen);
  addSweepCommand(app, chosen);
  addSimulateCommand(app, chosen);
  addFigureCommand(app, chosen);
  app.require_subcommand(0, 1);
  app.footer(kOverview);
  std::vector<std::string> reversed = withRepeatedSet(args);
  std::reverse(reversed.begin(), reversed.end());  // as CLI11 wants it
  app.parse(std::move(reversed));
  if (flags.version || flags.info || !chosen)
    chosen = [&flags, &app](Console& console) {
      deliver(console, "", flags.info ? infoText() : flags.version ? versionText() : app.help());
      return static_cast<int>(kGood);
    };
  return chosen;
}

void requireKnownCommand(const std::vector<std::string>& args) {
  if (args.empty() || args.front().starts_with('-')) return;
  if (std::find(kCommands.begin(), kCommands.end(), args.front()) == kCommands.end())
    throw InputError("there is no command, preset or file \"" + args.front() +
                     "\"; allowed: " + joined(kCommands) + ", a preset (keyhole list) or a file");
}

// Whether the window can be opened on it.
bool isPresetOrFile(const std::string& name) {
  const auto& all = presets();
  if (std::any_of(all.begin(), all.end(), [&](const Preset& preset) { return preset.name == name; }))
    return true;
  std::error_code ignored;
  return std::filesystem::exists(fileOfSpec(name), ignored);
}

int parseAndRun(const std::vector<std::string>& args, Console& console) {
  CLI::App app("Keyhole: look at a known neural circuit through a partial recording.", "keyhole");
  Flags flags;
  try {
    requireKnownCommand(args);
    requireValues(args);
    return parse(app, args, flags)(console);
  } catch (const CLI::Success& help) {
    std::ostringstream text;
    app.exit(help, text, console.err);
    deliver(console, "", text.str());
    return kGood;
  } catch (const CLI::ParseError& error) {
    say(console, usageSentence(error, app));
    return kBadInput;
  }
}

}  // namespace

bool isCommandLine(int argc, char** argv) {
  if (argc < 2) return false;
  const std::string first = argv[1];
  return first == "--help" || first == "-h" || first == "--version" || first == "--info" ||
         std::find(kCommands.begin(), kCommands.end(), first) != kCommands.end() ||
         !(first.starts_with('-') || isPresetOrFile(first));  // a slip of the pen is told, not opened
}

int runCommandLine(const std::vector<std::string>& args, std::ostream& out, std::ostream& err,
                   Progress& progress) {
  Console console{out, err, progress, args};
  try {
    return parseAndRun(args, console);
  } catch (const InputError& error) {
    say(console, error.what());
    return kBadInput;
  } catch (const Stopped&) {
    say(console, "stopped; nothing was written");
    return kStopped;
  } catch (const std::bad_alloc&) {
    say(console, "there is not enough memory for this");
    return kNumericalFailure;
  } catch (const std::exception& error) {
    say(console, error.what());
    return kNumericalFailure;
  }
}

int runCommandLine(int argc, char** argv) {
  catchInterrupt();
  ProgressBar bar(std::cerr, isatty(STDERR_FILENO) != 0, g_interrupted);
  return runCommandLine(std::vector<std::string>(argv + 1, argv + argc), std::cout, std::cerr, bar);
}

}  // namespace keyhole
