// The progress object of one run of the worker: how the window's wishes reach the computation and its reports
// the window.
#pragma once

#include "core/common/progress.h"

#include <QString>

#include <atomic>
#include <chrono>
#include <functional>

namespace keyhole {

class RunProgress : public Progress {
 public:
  using Clock = std::chrono::steady_clock;
  using Listener = std::function<void(double fraction, const QString& what)>;

  // grace: for how long a superseded run may go on before its first picture. The listener is called from the
  // computing thread, at most about 25 times per second for the same words.
  RunProgress(std::chrono::milliseconds grace, Listener listener);

  void report(double fraction, std::string_view what) override;
  bool stopRequested() const override;

  // From the window's thread.
  void stop() { m_stop = true; }
  void supersede();

  // From the computing thread.
  void pictureShown() { m_pictureShown = true; }
  bool stoppedByUser() const { return m_stop; }
  bool superseded() const { return m_supersededAt != never; }

 private:
  static constexpr Clock::rep never = 0;

  Clock::duration m_grace;
  Listener m_listener;
  Clock::time_point m_lastReport;
  QString m_lastWords;
  std::atomic<bool> m_stop = false;
  std::atomic<bool> m_pictureShown = false;
  std::atomic<Clock::rep> m_supersededAt = never;
};

}  // namespace keyhole
