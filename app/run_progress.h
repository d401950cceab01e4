// The progress object of one run of the worker: how the window's wishes reach the computation and its reports
// the window.
#pragma once

#include "app/report_pacer.h"
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
  using ObjectiveListener = std::function<void(int start, int iteration, double value)>;

  // grace: for how long a superseded run may go on before its first picture. The listener is called from the
  // computing thread, at most about 25 times per second for the same words.
  RunProgress(std::chrono::milliseconds grace, Listener listener, ObjectiveListener objective = {});

  void report(double fraction, std::string_view what) override;
  void objective(int start, int iteration, double value) override;
  bool stopRequested() const override;
  // Stopped by the user: the best so far is what was asked for, and goes through the analysis. Superseded:
  // the best so far becomes a picture, if that comes soon, as for any other fit.
  bool grantStop() override;

  // From the window's thread.
  void stop() { m_stop = true; }
  void supersede();

  // From the computing thread.
  void pictureShown() { m_pictureShown = true; }
  bool stoppedByUser() const { return m_stop; }  // and not granted
  bool superseded() const { return m_supersededAt != never; }

 private:
  static constexpr Clock::rep never = 0;

  Clock::duration m_grace;
  Listener m_listener;
  ObjectiveListener m_objective;
  ReportPacer m_pacer;
  std::atomic<bool> m_stop = false;
  std::atomic<bool> m_pictureShown = false;
  std::atomic<bool> m_granted = false;  // a superseded fit is on its way to its picture
  std::atomic<Clock::rep> m_supersededAt = never;
};

}  // namespace keyhole
