// When a long computation looks up from its work: every few milliseconds, counted in floating-point
// operations, since asking a clock or a mutex at every step of a small network would cost more than the step.
#pragma once

#include "core/common/progress.h"

#include <string_view>

namespace keyhole {

class Pace {
 public:
  // progress and what must outlive it.
  Pace(Progress& progress, std::string_view what) : m_progress(progress), m_what(what) {}

  void setFraction(double fraction) { m_fraction = fraction; }

  // Call after `operations` of work: reports and polls when enough have gathered. True once a stop was
  // requested.
  bool stopAfter(double operations) {
    m_gathered += operations;
    if (m_gathered < kOperations) return m_stopped;
    m_gathered = 0;
    m_progress.report(m_fraction, m_what);
    m_stopped = m_stopped || m_progress.stopRequested();
    return m_stopped;
  }

  bool stopped() const { return m_stopped; }

 private:
  static constexpr double kOperations = 2e7;  // 2 to 10 ms

  Progress& m_progress;
  std::string_view m_what;
  double m_fraction = 0, m_gathered = 0;
  bool m_stopped = false;
};

}  // namespace keyhole
