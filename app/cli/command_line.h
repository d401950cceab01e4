// The command line of the program: `keyhole list | contents | summary | fit | curve | simulate | figure`. It
// opens no window and needs no display.
#pragma once

#include "core/common/progress.h"

#include <ostream>
#include <string>
#include <vector>

namespace keyhole {

// True if the first argument is a command's name, or one of --help, -h, --version and --info: then the
// program is to call runCommandLine() and to end with its result; otherwise it shows its window.
bool isCommandLine(int argc, char** argv);

// Runs the command on the standard streams and returns the exit code: 0 good; 2 bad input or usage, told in
// one sentence on the standard error; 3 a numerical failure, the output is written with its status; 130
// stopped by Ctrl-C. Shows a progress bar on the standard error if that is a terminal.
int runCommandLine(int argc, char** argv);

// The same on any streams; args without the program's name. Results go to `out` or into the file that the
// arguments name, messages to `err`.
int runCommandLine(const std::vector<std::string>& args, std::ostream& out, std::ostream& err,
                   Progress& progress = noProgress());

}  // namespace keyhole
