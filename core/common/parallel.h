// Independent pieces of work on all cores.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>

namespace keyhole {

// Calls work(i) for i = 0 … count-1, each once, on the calling thread and on helpers, as many as there are
// cores; lower i begin first. tick() is called on the calling thread after each piece of its own. work must
// be safe to call from several threads. An exception of work or tick ends the loop (pieces that began are
// finished) and is thrown from here. Results that depend on i alone are the same whatever the number of
// threads.
void parallelFor(std::size_t count, const std::function<void(std::size_t)>& work,
                 const std::function<void()>& tick = {});

// True within a piece of such work: the cores are taken, and what could use another one should not.
bool inParallelPiece();

// work(0, half) and work(half, n - half) of 0 … n-1, on two cores; one after the other within a parallel
// piece. Always the same halves, so that the numbers do not depend on the cores. An empty half is left out.
void inTwoHalves(std::ptrdiff_t n,
                 const std::function<void(std::ptrdiff_t first, std::ptrdiff_t count)>& work);

// Two halves of a small piece of work at once, again and again, at the price of a fraction of a microsecond:
// the helper waits for the next time without sleeping, for a while. If it is not there in time (the core has
// other things to do), the calling thread does both halves.
class TwoHands {
 public:
  // work(0) and work(1) must be independent, and must not throw.
  explicit TwoHands(std::function<void(int half)> work);
  ~TwoHands();
  TwoHands(const TwoHands&) = delete;
  TwoHands& operator=(const TwoHands&) = delete;

  // Returns once both halves are done.
  void both();

 private:
  void help();
  bool claim(std::uint64_t turn);

  std::function<void(int half)> m_work;
  std::atomic<std::uint64_t> m_turn = 0;     // the newest
  std::atomic<std::uint64_t> m_claimed = 0;  // the newest whose second half somebody has taken
  std::atomic<std::uint64_t> m_done = 0;     // the newest whose second half the helper has done
  std::atomic<bool> m_asleep = false, m_quit = false;
  std::thread m_helper;  // last: starts when everything else is there
};

}  // namespace keyhole
