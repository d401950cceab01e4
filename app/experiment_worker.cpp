#include "app/experiment_worker.h"

#include "app/run_progress.h"
#include "core/common/error.h"

extern "C" void openblas_set_num_threads(int count);

namespace keyhole {

ExperimentWorker::ExperimentWorker(QObject* parent, Runner runner, std::chrono::milliseconds grace)
    : QObject(parent), m_runner(std::move(runner)), m_grace(grace), m_thread([this] { loop(); }) {}

ExperimentWorker::~ExperimentWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_quit = true;
    m_waiting.reset();
    if (m_running) m_running->stop();
  }
  m_wake.notify_one();
  m_thread.join();
}

void ExperimentWorker::request(const Settings& settings) {
  {
    const std::lock_guard lock(m_mutex);
    m_waiting = settings;
    if (m_running) m_running->supersede();
  }
  m_wake.notify_one();
}

void ExperimentWorker::stop() {
  bool nothingRan = false;
  {
    const std::lock_guard lock(m_mutex);
    nothingRan = m_waiting && !m_running;
    m_waiting.reset();
    if (m_running) m_running->stop();
  }
  if (!nothingRan) return;
  emit stopped();
  emit idle();
}

void ExperimentWorker::loop() {
  // The same numbers whatever the machine: reductions in BLAS have a fixed order only with one thread.
  openblas_set_num_threads(1);
  for (;;) {
    const std::optional<Job> job = nextJob();
    if (!job) return;
    run(job->settings, job->progress);
    if (finishJob()) emit idle();
  }
}

std::optional<ExperimentWorker::Job> ExperimentWorker::nextJob() {
  std::unique_lock lock(m_mutex);
  m_wake.wait(lock, [this] { return m_quit || m_waiting; });
  if (m_quit) return {};
  Job job{std::move(*m_waiting),
          std::make_shared<RunProgress>(
              m_grace, [this](double fraction, const QString& what) { emit progress(fraction, what); },
              [this](int start, int iteration, double value) { emit objective(start, iteration, value); })};
  m_waiting.reset();
  m_running = job.progress;
  return job;
}

bool ExperimentWorker::finishJob() {
  const std::lock_guard lock(m_mutex);
  m_running.reset();
  return !m_quit && !m_waiting;
}

void ExperimentWorker::run(const Settings& settings, const std::shared_ptr<RunProgress>& progressOfRun) {
  const ExperimentSink sink = [this, &progressOfRun](Result experiment) {
    if (progressOfRun->stoppedByUser()) return;
    m_newest = experiment;
    progressOfRun->pictureShown();
    emit experimentReady(experiment);
  };
  try {
    m_runner(settings, m_newest, *progressOfRun, sink);
  } catch (const Stopped&) {
    if (progressOfRun->stoppedByUser()) emit stopped();
  } catch (const InputError& error) {
    if (!progressOfRun->superseded()) emit failed(QString::fromUtf8(error.what()));
  } catch (const std::exception& error) {
    if (!progressOfRun->superseded())
      emit failed(QStringLiteral("The experiment could not be computed: %1.").arg(error.what()));
  }
}

}  // namespace keyhole
