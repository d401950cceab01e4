// Keyhole: a subcommand runs on the command line without any window; otherwise the window opens, on a preset,
// a session or a recording if one is named.
#include "app/best_kernel.h"
#include "app/cli/command_line.h"
#include "app/start_window.h"
#include "core/common/memory.h"

int main(int argc, char** argv) {
  keyhole::useBestKernel(argv);
  keyhole::keepFreedMemory();
  if (keyhole::isCommandLine(argc, argv)) return keyhole::runCommandLine(argc, argv);
  return keyhole::startWindow(argc, argv);
}
