#include "core/common/progress.h"

#include "core/common/error.h"

namespace keyhole {

void Progress::throwIfStopped() const {
  if (stopRequested()) throw Stopped();
}

void Progress::checkpoint(double fraction, std::string_view what) {
  report(fraction, what);
  throwIfStopped();
}

Progress& noProgress() {
  thread_local Progress silent;  // stateless; one per thread only to avoid a shared object
  return silent;
}

}  // namespace keyhole
