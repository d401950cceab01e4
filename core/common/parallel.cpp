#include "core/common/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace keyhole {
namespace {

thread_local bool t_inPiece = false;

// A hint to the processor that this is a loop of waiting.
inline void breathe() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

bool inParallelPiece() {
  return t_inPiece;
}

void parallelFor(std::size_t count, const std::function<void(std::size_t)>& work,
                 const std::function<void()>& tick) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failureMutex;
  const auto take = [&](const std::function<void()>& afterEach) {
    const bool before = std::exchange(t_inPiece, true);
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
    t_inPiece = before;
  };
  const std::size_t cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  {
    std::vector<std::jthread> helpers;
    for (std::size_t k = 1; k < std::min(cores, count); ++k) helpers.emplace_back([&] { take({}); });
    take(tick);
  }
  if (failure) std::rethrow_exception(failure);
}

void inTwoHalves(std::ptrdiff_t n, const std::function<void(std::ptrdiff_t, std::ptrdiff_t)>& work) {
  const std::ptrdiff_t half = (n + 1) / 2;
  const auto part = [&](std::size_t k) {
    const std::ptrdiff_t first = k == 0 ? 0 : half, count = k == 0 ? half : n - half;
    if (count > 0) work(first, count);
  };
  if (!inParallelPiece()) return parallelFor(2, part);
  part(0);
  part(1);
}

TwoHands::TwoHands(std::function<void(int half)> work)
    : m_work(std::move(work)), m_helper([this] { help(); }) {}

TwoHands::~TwoHands() {
  m_quit = true;
  m_turn += 1;
  m_turn.notify_one();
  m_helper.join();
}

bool TwoHands::claim(std::uint64_t turn) {
  std::uint64_t before = turn - 1;
  return m_claimed.compare_exchange_strong(before, turn);
}

void TwoHands::both() {
  const std::uint64_t turn = ++m_turn;
  if (m_asleep) m_turn.notify_one();
  m_work(0);
  if (claim(turn)) return m_work(1);
  constexpr int kPatience = 20000;  // then the helper has lost its core in the middle
  for (int i = 0; m_done != turn; ++i) i < kPatience ? breathe() : std::this_thread::yield();
}

void TwoHands::help() {
  constexpr int kAwake = 2000;  // looks, about 50 µs
  std::uint64_t seen = 0;
  while (!m_quit) {
    for (int i = 0; i < kAwake && m_turn == seen; ++i) breathe();
    if (m_turn == seen) {
      m_asleep = true;
      m_turn.wait(seen);
      m_asleep = false;
    }
    seen = m_turn;
    if (m_quit || !claim(seen)) continue;
    m_work(1);
    m_done = seen;
  }
}

}  // namespace keyhole
