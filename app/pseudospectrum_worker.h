// Pseudospectra for the eigenvalue panel, beside the experiments: a coarse grid at once, then finer ones.
#pragma once

#include "widgets/plots/pseudospectrum_request.h"

#include <QObject>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace keyhole {

// Signals are emitted from the worker's own thread and reach the window through its event queue. The latest
// request wins: what runs for an earlier one stops (within a few ms, but for the factorisation: a second for
// 600 units). A system's factorisation is kept for the next window.
class PseudospectrumWorker : public QObject {
  Q_OBJECT

 public:
  explicit PseudospectrumWorker(QObject* parent = nullptr);
  ~PseudospectrumWorker() override;  // stops what runs and waits for it

  // Without an experiment in it: nothing is wanted any more.
  void request(const PseudospectrumRequest& request);

 signals:
  // 16, 32, 64 and 128 intervals each way, one after the other, on the window of the request.
  void ready(keyhole::PseudospectrumRequest request, std::shared_ptr<const keyhole::Pseudospectrum> grid);

 private:
  void loop();
  void run(const PseudospectrumRequest& request);

  PseudospectrumRequest m_factorised;  // used by the worker's thread only, like m_resolvent
  std::unique_ptr<Resolvent> m_resolvent;

  std::mutex m_mutex;  // guards m_waiting and m_quit
  std::condition_variable m_wake;
  std::optional<PseudospectrumRequest> m_waiting;
  std::atomic<bool> m_superseded = false;
  bool m_quit = false;

  std::thread m_thread;  // last: starts when everything else is there
};

}  // namespace keyhole
