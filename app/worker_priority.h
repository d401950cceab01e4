// Which threads the system lets go first.
#pragma once

namespace keyhole {

// The calling thread, and those that it starts, compute: where they and the window want the same core, the
// window goes first, so that a picture is painted although the next one is being computed. With two cores,
// two computing threads and a window there is always one too many. On other systems than Linux nothing
// changes.
void letTheWindowGoFirst();

}  // namespace keyhole
