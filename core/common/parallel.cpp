#include "core/common/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace keyhole {

void parallelFor(std::size_t count, const std::function<void(std::size_t)>& work,
                 const std::function<void()>& tick) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failureMutex;
  const auto take = [&](const std::function<void()>& afterEach) {
    try {
      for (std::size_t i = next++; i < count; i = next++) {
        work(i);
        if (afterEach) afterEach();
      }
    } catch (...) {
      next = count;
      const std::lock_guard lock(failureMutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const std::size_t cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  {
    std::vector<std::jthread> helpers;
    for (std::size_t k = 1; k < std::min(cores, count); ++k) helpers.emplace_back([&] { take({}); });
    take(tick);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace keyhole
