#include "app/run_progress.h"

namespace keyhole {

RunProgress::RunProgress(std::chrono::milliseconds grace, Listener listener, ObjectiveListener objective)
    : m_grace(grace), m_listener(std::move(listener)), m_objective(std::move(objective)) {}

void RunProgress::objective(int start, int iteration, double value) {
  if (m_objective && !stopRequested()) m_objective(start, iteration, value);
}

bool RunProgress::grantStop() {
  if (m_supersededAt != never) {
    m_granted = true;
    return false;
  }
  m_stop = false;
  return true;
}

void RunProgress::report(double fraction, std::string_view what) {
  if (stopRequested()) return;  // another run may be telling how far it is
  if (m_pacer.isDue(what))
    m_listener(fraction, QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size())));
}

bool RunProgress::stopRequested() const {
  if (m_stop) return true;
  const Clock::rep since = m_supersededAt;
  if (since == never) return false;
  return m_pictureShown || (!m_granted && Clock::now().time_since_epoch().count() - since > m_grace.count());
}

void RunProgress::supersede() {
  // The grace time counts from the first request that supersedes this run, else steady dragging would renew
  // it.
  Clock::rep expected = never;
  m_supersededAt.compare_exchange_strong(expected, Clock::now().time_since_epoch().count());
}

}  // namespace keyhole
