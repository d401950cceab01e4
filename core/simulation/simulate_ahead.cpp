// simulateAhead(): a producer of blocks on its own thread, and a short queue.
#include "core/common/quiet_progress.h"
#include "core/simulation/simulate.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <mutex>

namespace keyhole {
namespace {

struct OwnBlock {
  Index first;
  Matrix states;
  const Matrix* basis;
};

// A few blocks between the two threads. Either side can end it.
class BlockQueue {
 public:
  // False once nobody takes any more.
  bool put(OwnBlock block) {
    constexpr std::size_t kAhead = 3;
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_abandoned || m_blocks.size() < kAhead; });
    if (m_abandoned) return false;
    m_blocks.push_back(std::move(block));
    m_changed.notify_all();
    return true;
  }

  // Empty after the last one.
  std::optional<OwnBlock> take() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_complete || !m_blocks.empty(); });
    if (m_blocks.empty()) return {};
    OwnBlock block = std::move(m_blocks.front());
    m_blocks.pop_front();
    m_changed.notify_all();
    return block;
  }

  void complete() { set(m_complete); }
  void abandon() { set(m_abandoned); }

 private:
  void set(bool& sign) {
    const std::lock_guard lock(m_mutex);
    sign = true;
    m_changed.notify_all();
  }

  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::deque<OwnBlock> m_blocks;
  bool m_complete = false, m_abandoned = false;
};

// Ends the other side however this one ends.
class AtEnd {
 public:
  explicit AtEnd(std::function<void()> action) : m_action(std::move(action)) {}
  ~AtEnd() { m_action(); }
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;

 private:
  std::function<void()> m_action;
};

}  // namespace

bool simulateAhead(const Teacher& teacher, const SimulationOptions& options, const Vector& signal,
                   const StateSink& sink, Progress& progress) {
  if (inParallelPiece()) return simulate(teacher, options, signal, sink, progress);
  struct Abandoned {};
  BlockQueue queue;
  QuietProgress quiet(progress);  // a burn-in gives no blocks, but can be stopped
  auto finite = std::async(std::launch::async, [&]() -> bool {
    const AtEnd end([&] { queue.complete(); });
    try {
      const StateSink put = [&](const StateBlock& block) {
        if (!queue.put({block.first, block.states, block.basis})) throw Abandoned();
      };
      return simulate(teacher, options, signal, put, quiet);
    } catch (const Abandoned&) {
      return true;
    }
  });
  {
    const AtEnd end([&] { queue.abandon(); });
    const auto all = static_cast<double>(std::max<Index>(options.steps, 1));
    while (const auto block = queue.take()) {
      progress.checkpoint(static_cast<double>(block->first) / all, "simulating");
      sink({block->first, block->states, block->basis});
    }
  }
  return finite.get();
}

}  // namespace keyhole
