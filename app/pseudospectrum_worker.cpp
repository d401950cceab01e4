#include "app/pseudospectrum_worker.h"

#include "core/common/error.h"

namespace keyhole {
namespace {

class UntilSuperseded : public Progress {
 public:
  explicit UntilSuperseded(const std::atomic<bool>& superseded) : m_superseded(superseded) {}
  bool stopRequested() const override { return m_superseded; }

 private:
  const std::atomic<bool>& m_superseded;
};

}  // namespace

PseudospectrumWorker::PseudospectrumWorker(QObject* parent) : QObject(parent), m_thread([this] { loop(); }) {}

PseudospectrumWorker::~PseudospectrumWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_quit = true;
    m_superseded = true;
  }
  m_wake.notify_one();
  m_thread.join();
}

void PseudospectrumWorker::request(const PseudospectrumRequest& request) {
  {
    const std::lock_guard lock(m_mutex);
    m_waiting = request;
    m_superseded = true;
  }
  m_wake.notify_one();
}

void PseudospectrumWorker::loop() {
  for (;;) {
    PseudospectrumRequest request;
    {
      std::unique_lock lock(m_mutex);
      m_wake.wait(lock, [this] { return m_quit || m_waiting; });
      if (m_quit) return;
      request = std::move(*m_waiting);
      m_waiting.reset();
      m_superseded = false;
    }
    try {
      run(request);
    } catch (const Stopped&) {
      // A newer request waits.
    } catch (const std::exception&) {
      m_resolvent.reset();  // a matrix without finite eigenvalues has no lines either
    }
  }
}

void PseudospectrumWorker::run(const PseudospectrumRequest& request) {
  UntilSuperseded progress(m_superseded);
  if (!m_resolvent || !sameSystem(m_factorised, request)) {
    m_resolvent.reset();
    m_factorised = request;
    const auto network = networkOf(request);
    if (!network) return;
    m_resolvent = std::make_unique<Resolvent>(*network);
  }
  std::shared_ptr<const Pseudospectrum> grid;
  for (const Index intervals : {16, 32, 64, 128}) {
    grid = std::make_shared<const Pseudospectrum>(
        m_resolvent->grid(request.window, intervals, progress, grid.get()));
    emit ready(request, grid);
  }
}

}  // namespace keyhole
