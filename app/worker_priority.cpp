#include "app/worker_priority.h"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace keyhole {

void letTheWindowGoFirst() {
#ifdef __linux__
  constexpr int kNice = 10;  // a tenth of the window's share; other programs leave it as much
  // Of this thread alone, as Linux has it. A failure costs smoothness and nothing else.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
#endif
}

}  // namespace keyhole
