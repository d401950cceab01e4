// How long something has taken, of a clock that nobody sets.
#pragma once

#include <chrono>

namespace keyhole {

using Clock = std::chrono::steady_clock;

inline double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace keyhole
