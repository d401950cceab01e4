// The window as a program of its own.
#pragma once

namespace keyhole {

// Opens the window, on argv[1] if there is one: a preset's name, a session file or a recording. Returns the
// exit code: 2, after one sentence on stderr, if there is no display.
int startWindow(int argc, char** argv);

}  // namespace keyhole
