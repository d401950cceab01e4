// A user who stops at a certain report.
#pragma once

#include "core/common/progress.h"

#include <atomic>
#include <string>

namespace keyhole::test {

// Asks to stop from the n-th report on (0: never), and counts.
class StopAt : public Progress {
 public:
  explicit StopAt(int n = 0) : m_n(n) {}
  void report(double fraction, std::string_view what) override {
    if (++m_reports > m_n && m_n > 0 && m_after.empty()) m_after = m_before + " | " + std::string(what);
    m_before = what;
    m_inRange = m_inRange && fraction >= 0 && fraction <= 1;
  }
  bool stopRequested() const override { return m_n > 0 && m_reports >= m_n; }
  int reports() const { return m_reports; }
  bool fractionsInRange() const { return m_inRange; }
  // Of the first report after the stop, behind that of the stop; empty: there was none.
  const std::string& after() const { return m_after; }

 private:
  int m_n;
  std::atomic<int> m_reports = 0;  // asked for from several threads
  bool m_inRange = true;
  std::string m_before, m_after;
};

}  // namespace keyhole::test
