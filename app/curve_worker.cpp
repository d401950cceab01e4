#include "app/curve_worker.h"

#include "core/common/error.h"

namespace keyhole {
namespace {

class StopFlag : public Progress {
 public:
  explicit StopFlag(const std::atomic<bool>& stop) : m_stop(stop) {}
  bool stopRequested() const override { return m_stop; }

 private:
  const std::atomic<bool>& m_stop;
};

}  // namespace

CurveWorker::CurveWorker(QObject* parent) : QObject(parent), m_thread([this] { loop(); }) {}

CurveWorker::~CurveWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_quit = true;
    m_waiting.reset();
    m_stop = true;
  }
  m_wake.notify_one();
  m_thread.join();
}

void CurveWorker::request(const Settings& settings, const SeenCurveOptions& options) {
  {
    const std::lock_guard lock(m_mutex);
    m_waiting = Request{settings, options};
    m_stop = true;  // what runs is not wanted any more
  }
  m_wake.notify_one();
}

void CurveWorker::stop() {
  const std::lock_guard lock(m_mutex);
  m_waiting.reset();
  m_stop = true;
}

void CurveWorker::loop() {
  for (;;) {
    Request request;
    {
      std::unique_lock lock(m_mutex);
      m_wake.wait(lock, [this] { return m_quit || m_waiting; });
      if (m_quit) return;
      request = std::move(*m_waiting);
      m_waiting.reset();
      m_stop = false;
    }
    run(request);
  }
}

void CurveWorker::run(const Request& request) {
  StopFlag progress(m_stop);
  try {
    seenCurve(request.settings, request.options, progress,
              [this](std::shared_ptr<const SeenCurve> curve) { emit grown(std::move(curve)); });
  } catch (const Stopped&) {
    // A newer request, or the user, knows why.
  } catch (const std::exception& error) {
    if (!m_stop) emit failed(QString::fromUtf8(error.what()));
  }
}

}  // namespace keyhole
