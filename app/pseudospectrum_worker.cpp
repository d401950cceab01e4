#include "app/pseudospectrum_worker.h"

#include "core/common/error.h"

namespace keyhole {

PseudospectrumWorker::PseudospectrumWorker(QObject* parent)
    : QObject(parent),
      m_latest([this](const PseudospectrumRequest& request, const Turn& turn) { run(request, turn); }) {}

void PseudospectrumWorker::run(const PseudospectrumRequest& request, const Turn& turn) {
  UntilOver progress(turn);
  try {
    compute(request, progress);
  } catch (const Stopped&) {
    // A newer request waits.
  } catch (const std::exception&) {
    m_resolvent.reset();  // a matrix without finite eigenvalues has no lines either
  }
}

void PseudospectrumWorker::compute(const PseudospectrumRequest& request, Progress& progress) {
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
