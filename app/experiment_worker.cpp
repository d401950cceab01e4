#include "app/experiment_worker.h"

#include "app/run_progress.h"
#include "app/worker_priority.h"
#include "core/common/error.h"

#include <algorithm>

namespace keyhole {

ExperimentWorker::ExperimentWorker(QObject* parent, Runner runner, std::chrono::milliseconds grace)
    : QObject(parent), m_runner(std::move(runner)), m_grace(grace) {
  for (std::thread& thread : m_threads) thread = std::thread([this] { loop(); });
}

ExperimentWorker::~ExperimentWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_quit = true;
    m_waiting.reset();
    for (const auto& running : m_running) running->stop();
  }
  m_wake.notify_all();
  for (std::thread& thread : m_threads) thread.join();
}

void ExperimentWorker::request(const Settings& settings) {
  {
    const std::lock_guard lock(m_mutex);
    m_waiting = settings;
    for (const auto& running : m_running) running->supersede();
  }
  m_wake.notify_all();
}

void ExperimentWorker::stop() {
  bool nothingRan = true;
  {
    const std::lock_guard lock(m_mutex);
    for (const auto& running : m_running) {
      nothingRan = nothingRan && running->stopRequested();
      running->stop();  // also one that is over: it may be on its way to a last picture
    }
    nothingRan = nothingRan && m_waiting;
    m_waiting.reset();
  }
  m_wake.notify_all();
  if (!nothingRan) return;
  emit stopped();
  emit idle();
}

void ExperimentWorker::letDraw(std::chrono::milliseconds atMost) {
  const std::lock_guard lock(m_mutex);
  m_letDraw = atMost;
}

void ExperimentWorker::drawn(const Result& experiment) {
  {
    const std::lock_guard lock(m_mutex);
    if (m_undrawn == experiment) m_undrawn.reset();
  }
  m_wake.notify_all();
}

void ExperimentWorker::loop() {
  letTheWindowGoFirst();
  for (;;) {
    const std::optional<Job> job = nextJob();
    if (!job) return;
    run(*job);
    if (finishJob(*job)) emit idle();
  }
}

bool ExperimentWorker::mayBegin() const {
  return m_waiting && std::all_of(m_running.begin(), m_running.end(),
                                  [](const auto& running) { return running->stopRequested(); });
}

std::optional<ExperimentWorker::Job> ExperimentWorker::nextJob() {
  constexpr std::chrono::milliseconds kPatience(5);  // the grace time ends without a sign
  std::unique_lock lock(m_mutex);
  while (!m_quit && !mayBegin()) {
    if (m_waiting)
      m_wake.wait_for(lock, kPatience);
    else
      m_wake.wait(lock);
  }
  if (m_quit) return {};
  Job job{std::move(*m_waiting),
          std::make_shared<RunProgress>(
              m_grace, [this](double fraction, const QString& what) { emit progress(fraction, what); },
              [this](int start, int iteration, double value) { emit objective(start, iteration, value); }),
          ++m_begun};
  m_waiting.reset();
  m_running.push_back(job.progress);
  return job;
}

bool ExperimentWorker::isNewest(const Job& job) {
  const std::lock_guard lock(m_mutex);
  return !m_waiting && job.number == m_begun;
}

bool ExperimentWorker::finishJob(const Job& job) {
  bool idle = false;
  {
    const std::lock_guard lock(m_mutex);
    std::erase(m_running, job.progress);
    // Nobody waits for a run that is over, if there still is one.
    idle = !m_quit && !m_waiting && job.number == m_begun;
  }
  m_wake.notify_all();
  return idle;
}

void ExperimentWorker::give(const Result& experiment, const Job& job) {
  {
    const std::lock_guard lock(m_mutex);
    // A fit that was superseded, and granted its picture, may be overtaken by the next run.
    if (job.progress->stopRequested() || job.number < m_givenOf) throw Stopped();
    m_newest = experiment;
    m_givenOf = job.number;
    job.progress->pictureShown();
    m_undrawn = experiment;
    // Under the lock, so that nothing of the next run comes before it.
    emit experimentReady(experiment);
  }
  m_wake.notify_all();
  if (experiment->reached == Depth::sketch) waitUntilDrawn(experiment, job);
}

void ExperimentWorker::waitUntilDrawn(const Result& experiment, const Job& job) {
  std::unique_lock lock(m_mutex);
  m_wake.wait_for(lock, m_letDraw, [&] {
    return m_quit || m_waiting || m_undrawn != experiment || job.progress->stopRequested();
  });
}

void ExperimentWorker::run(const Job& job) {
  RunProgress& own = *job.progress;
  Result newest;
  {
    const std::lock_guard lock(m_mutex);
    newest = m_newest;
  }
  try {
    m_runner(job.settings, newest, own, [&](const Result& experiment) { give(experiment, job); });
  } catch (const Stopped&) {
    if (own.stoppedByUser() && isNewest(job)) emit stopped();
  } catch (const InputError& error) {
    if (!own.superseded()) emit failed(QString::fromUtf8(error.what()));
  } catch (const std::exception& error) {
    if (!own.superseded())
      emit failed(QStringLiteral("The experiment could not be computed: %1.").arg(error.what()));
  }
}

}  // namespace keyhole
