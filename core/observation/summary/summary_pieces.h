// What can be said of a recording that passes by once, piece by piece.
#pragma once

#include "core/observation/summary/recording_summary.h"

namespace keyhole {

class SummaryPieces {
 public:
  // The next time points, N x n; a missing sample is NaN. Cost O(N n).
  void add(ConstMatrixRef piece);

  // Units, time points, means, deviations, missing samples, silent and constant units, whether they are
  // counts. Everything that needs the time points more than once is NaN, and warnings is empty.
  RecordingSummary summary(double seconds) const;

 private:
  Vector m_first, m_count, m_sum, m_squares;  // N; sums about the first sample that is there
  std::vector<bool> m_varies;
  Index m_timePoints = 0, m_missing = 0;
  bool m_counts = true;
};

}  // namespace keyhole
