#include "app/probe_worker.h"

namespace keyhole {

ProbeWorker::ProbeWorker(QObject* parent) : QObject(parent), m_thread([this] { loop(); }) {}

ProbeWorker::~ProbeWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_quit = true;
  }
  m_wake.notify_one();
  m_thread.join();
}

void ProbeWorker::request(std::shared_ptr<const Experiment> experiment, bool inTeacherPlane, double x,
                          double y) {
  {
    const std::lock_guard lock(m_mutex);
    m_waiting = Request{std::move(experiment), inTeacherPlane, x, y};
  }
  m_wake.notify_one();
}

void ProbeWorker::loop() {
  for (;;) {
    Request request;
    {
      std::unique_lock lock(m_mutex);
      m_wake.wait(lock, [this] { return m_quit || m_waiting; });
      if (m_quit) return;
      request = std::move(*m_waiting);
      m_waiting.reset();
    }
    run(request);
  }
}

void ProbeWorker::run(const Request& request) {
  try {
    emit ready(request.experiment, probe(*request.experiment, request.inTeacherPlane, request.x, request.y));
  } catch (const std::exception& error) {
    emit failed(QStringLiteral("The run from this point could not be computed: %1.").arg(error.what()));
  }
}

}  // namespace keyhole
