// A thread that serves the latest of its requests: one is served, at most one waits, a newer one replaces it
// and stops the one that is served.
#pragma once

#include "app/report_pacer.h"
#include "app/worker_priority.h"
#include "core/common/progress.h"

#include <QString>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace keyhole {

// The turn of one request: over once a newer one came, or somebody said stop. May be asked from any thread.
class Turn {
 public:
  explicit Turn(const std::atomic<int>& newest) : m_newest(newest), m_number(newest) {}
  bool isOver() const { return m_newest != m_number; }

 private:
  const std::atomic<int>& m_newest;
  const int m_number;
};

// Stops a computation when its turn is over.
class UntilOver : public Progress {
 public:
  explicit UntilOver(const Turn& turn) : m_turn(turn) {}
  bool stopRequested() const override { return m_turn.isOver(); }

 private:
  const Turn& m_turn;
};

// The same, and tells how far it is.
class TellingUntilOver : public UntilOver {
 public:
  using Listener = std::function<void(double fraction, const QString& what)>;

  // The listener is called from the computing thread.
  TellingUntilOver(const Turn& turn, Listener listener) : UntilOver(turn), m_listener(std::move(listener)) {}
  void report(double fraction, std::string_view what) override {
    if (!stopRequested() && m_pacer.isDue(what))
      m_listener(fraction, QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size())));
  }

 private:
  Listener m_listener;
  ReportPacer m_pacer;
};

template <class Request>
class LatestRequest {
 public:
  // Both are called on the thread that is made here. serve must not throw. idle: nothing is served or waits
  // any more, after every request that is not replaced by another one.
  using Serve = std::function<void(const Request&, const Turn&)>;
  using Idle = std::function<void()>;

  explicit LatestRequest(Serve serve, Idle idle = {})
      : m_serve(std::move(serve)), m_idle(std::move(idle)), m_thread([this] { loop(); }) {}

  // Stops what is served and waits for it.
  ~LatestRequest() {
    {
      const std::lock_guard lock(m_mutex);
      m_quit = true;
      ++m_newest;
    }
    m_wake.notify_one();
    m_thread.join();
  }

  LatestRequest(const LatestRequest&) = delete;
  LatestRequest& operator=(const LatestRequest&) = delete;

  void request(Request request) {
    {
      const std::lock_guard lock(m_mutex);
      m_waiting = std::move(request);
      ++m_newest;
    }
    m_wake.notify_one();
  }

  // Drops what waits, stops what is served.
  void stop() {
    {
      const std::lock_guard lock(m_mutex);
      m_dropped = m_dropped || m_waiting;
      m_waiting.reset();
      ++m_newest;
    }
    m_wake.notify_one();
  }

 private:
  void loop() {
    letTheWindowGoFirst();
    std::unique_lock lock(m_mutex);
    for (;;) {
      m_wake.wait(lock, [this] { return m_quit || m_waiting || m_dropped; });
      if (m_quit) return;
      if (m_waiting) serveOne(lock);
      if (m_waiting || m_quit) continue;
      m_dropped = false;
      if (m_idle) m_idle();
    }
  }

  void serveOne(std::unique_lock<std::mutex>& lock) {
    const Request request = std::move(*m_waiting);
    m_waiting.reset();
    const Turn turn(m_newest);
    lock.unlock();
    m_serve(request, turn);
    lock.lock();
  }

  const Serve m_serve;
  const Idle m_idle;
  std::atomic<int> m_newest = 0;  // changed under the mutex

  std::mutex m_mutex;  // guards what follows
  std::condition_variable m_wake;
  std::optional<Request> m_waiting;
  bool m_dropped = false;  // what waited was dropped, and nobody was told that nothing waits any more
  bool m_quit = false;

  std::thread m_thread;  // last: starts when everything else is there
};

}  // namespace keyhole
