// A progress bar on a terminal, and Ctrl-C as the wish to stop.
#pragma once

#include "core/common/progress.h"

#include <atomic>
#include <chrono>
#include <ostream>

namespace keyhole::cli {

class ProgressBar : public Progress {
 public:
  // Draws on err if visible; a stop is requested while `stop` is true.
  ProgressBar(std::ostream& err, bool visible, std::atomic<bool>& stop);

  // Redraws at most ten times per second, and only after half a second; fraction 1 takes the bar away.
  void report(double fraction, std::string_view what) override;
  bool stopRequested() const override { return m_stop; }
  bool grantStop() override {
    m_stop = false;
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& m_err;
  bool m_visible;
  std::atomic<bool>& m_stop;
  Clock::time_point m_next;
  bool m_drawn = false;
};

}  // namespace keyhole::cli
