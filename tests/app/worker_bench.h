// A worker with a runner that the test holds in its hand.
#pragma once

#include "app/experiment_worker.h"
#include "core/common/error.h"

#include <QTest>

#include <atomic>
#include <memory>

namespace keyhole {

using namespace std::chrono_literals;

using Result = ExperimentWorker::Result;

inline Settings withSeed(long long seed) {
  Settings settings;
  settings.set("teacher.seed", seed);
  return settings;
}

inline long long seedOf(const Result& experiment) {
  return experiment->settings.integer("teacher.seed");
}

inline Result made(const Settings& settings, bool coarse) {
  auto experiment = std::make_shared<Experiment>();
  experiment->settings = settings;
  experiment->reached = coarse ? Depth::sketch : Depth::searched;
  return experiment;
}

// A runner that waits at two gates, before the coarse picture and before the fine one. While it waits it
// polls the progress, as a real computation does.
class GatedRunner {
 public:
  Result operator()(const Settings& settings, const Result& previous, Progress& progress,
                    const ExperimentSink& sink) {
    {
      const std::lock_guard lock(m_mutex);
      m_started.push_back(settings.integer("teacher.seed"));
      m_previous.push_back(previous);
    }
    if (m_error) throw InputError("teacher.seed is bad.");
    pass(m_beforeCoarse, progress);
    sink(made(settings, true));
    pass(m_beforeFine, progress);
    sink(made(settings, false));
    return made(settings, false);
  }

  std::vector<long long> started() {
    const std::lock_guard lock(m_mutex);
    return m_started;
  }
  std::vector<Result> previous() {
    const std::lock_guard lock(m_mutex);
    return m_previous;
  }

  std::atomic<bool> m_beforeCoarse = false, m_beforeFine = false;  // true: open
  std::atomic<bool> m_error = false;

 private:
  static void pass(const std::atomic<bool>& gate, Progress& progress) {
    while (!gate) {
      progress.checkpoint(0.5, "waiting");
      std::this_thread::sleep_for(1ms);
    }
  }

  std::mutex m_mutex;
  std::vector<long long> m_started;
  std::vector<Result> m_previous;
};

// A worker, its gated runner and what it delivered.
struct Bench {
  explicit Bench(std::chrono::milliseconds grace = 1h) {
    worker = std::make_unique<ExperimentWorker>(
        nullptr,
        [this](const Settings& settings, const Result& previous, Progress& progress,
               const ExperimentSink& sink) { return runner(settings, previous, progress, sink); },
        grace);
    QObject::connect(worker.get(), &ExperimentWorker::experimentReady, &context,
                     [this](const Result& experiment) { delivered.push_back(experiment); });
    QObject::connect(worker.get(), &ExperimentWorker::failed, &context,
                     [this](const QString& sentence) { failures.append(sentence); });
    QObject::connect(worker.get(), &ExperimentWorker::stopped, &context, [this] { ++stops; });
    QObject::connect(worker.get(), &ExperimentWorker::idle, &context, [this] { ++idles; });
  }

  bool waitStarted(std::size_t count) {
    return QTest::qWaitFor([&] { return runner.started().size() >= count; }, 20000);
  }
  bool waitIdleAfter(int before) {
    return QTest::qWaitFor([&] { return idles > before; }, 20000);
  }

  GatedRunner runner;
  QObject context;
  std::vector<Result> delivered;
  QStringList failures;
  int stops = 0, idles = 0;
  std::unique_ptr<ExperimentWorker> worker;  // destroyed first
};

}  // namespace keyhole
