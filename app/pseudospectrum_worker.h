// Pseudospectra for the eigenvalue panel, beside the experiments: a coarse grid at once, then finer ones.
#pragma once

#include "app/latest_request.h"
#include "widgets/plots/pseudospectrum_request.h"

#include <QObject>

namespace keyhole {

// Signals are emitted from the worker's own thread and reach the window through its event queue. The latest
// request wins: what runs for an earlier one stops (within a few ms, but for the factorisation: a second for
// 600 units). A system's factorisation is kept for the next window.
class PseudospectrumWorker : public QObject {
  Q_OBJECT

 public:
  explicit PseudospectrumWorker(QObject* parent = nullptr);

  // Without an experiment in it: nothing is wanted any more.
  void request(const PseudospectrumRequest& request) { m_latest.request(request); }

 signals:
  // 16, 32, 64 and 128 intervals each way, one after the other, on the window of the request.
  void ready(keyhole::PseudospectrumRequest request, std::shared_ptr<const keyhole::Pseudospectrum> grid);

 private:
  void run(const PseudospectrumRequest& request, const Turn& turn);
  void compute(const PseudospectrumRequest& request, Progress& progress);

  PseudospectrumRequest m_factorised;  // used by the worker's thread only, like m_resolvent
  std::unique_ptr<Resolvent> m_resolvent;

  LatestRequest<PseudospectrumRequest> m_latest;  // last: its thread uses the others
};

}  // namespace keyhole
