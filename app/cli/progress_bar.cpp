#include "app/cli/progress_bar.h"

#include <algorithm>
#include <string>

namespace keyhole::cli {

ProgressBar::ProgressBar(std::ostream& err, bool visible, std::atomic<bool>& stop)
    : m_err(err), m_visible(visible), m_stop(stop), m_next(Clock::now() + std::chrono::milliseconds(500)) {}

void ProgressBar::report(double fraction, std::string_view what) {
  constexpr int kWidth = 30;
  if (!m_visible) return;
  if (fraction >= 1.0) {
    if (m_drawn) m_err << "\r\033[K" << std::flush;
    m_drawn = false;
    return;
  }
  if (Clock::now() < m_next) return;
  m_next = Clock::now() + std::chrono::milliseconds(100);
  m_drawn = true;
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kWidth);
  const int percent = static_cast<int>(100 * std::clamp(fraction, 0.0, 1.0));
  m_err << "\r\033[K[" << std::string(static_cast<std::size_t>(filled), '#')
        << std::string(static_cast<std::size_t>(kWidth - filled), '.') << "] " << percent << " % " << what
        << std::flush;
}

}  // namespace keyhole::cli
