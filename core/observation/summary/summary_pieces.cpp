#include "core/observation/summary/summary_pieces.h"

#include <cmath>
#include <limits>

namespace keyhole {

void SummaryPieces::add(ConstMatrixRef piece) {
  const Index N = piece.rows();
  if (m_timePoints == 0) {
    m_first = Vector::Constant(N, std::numeric_limits<double>::quiet_NaN());
    m_count = m_sum = m_squares = Vector::Zero(N);
    m_varies.assign(static_cast<std::size_t>(N), false);
  }
  m_timePoints += piece.cols();
  for (Index t = 0; t < piece.cols(); ++t)
    for (Index i = 0; i < N; ++i) {
      const double value = piece(i, t);
      if (std::isnan(value)) {
        ++m_missing;
        continue;
      }
      if (m_count(i) == 0) m_first(i) = value;
      const double off = value - m_first(i);
      ++m_count(i);
      m_sum(i) += off;
      m_squares(i) += off * off;
      if (off != 0) m_varies[static_cast<std::size_t>(i)] = true;
      m_counts = m_counts && value >= 0 && value == std::floor(value);
    }
}

RecordingSummary SummaryPieces::summary(double seconds) const {
  const double none = std::numeric_limits<double>::quiet_NaN();
  RecordingSummary summary;
  summary.units = m_first.size();
  summary.trials = 1;
  summary.timePoints = summary.shortestTrial = summary.longestTrial = m_timePoints;
  summary.seconds = seconds;
  summary.missing = m_missing;
  summary.counts = m_counts;
  const Vector n = m_count.cwiseMax(1.0), mean = m_sum.cwiseQuotient(n);
  summary.means = m_first + mean;
  summary.deviations = (m_squares.cwiseQuotient(n) - mean.cwiseProduct(mean)).cwiseMax(0.0).cwiseSqrt();
  for (Index i = 0; i < summary.units; ++i) {
    if (m_varies[static_cast<std::size_t>(i)]) continue;
    ++summary.constant;
    if (m_first(i) == 0) ++summary.silent;
  }
  if (summary.counts && seconds > 0) summary.means /= seconds;
  summary.participationRatio = summary.effectiveSamples = none;
  summary.smoothness.width = summary.smoothness.roughShare = none;
  summary.meanShift = summary.varianceRatio = summary.drift = none;
  return summary;
}

}  // namespace keyhole
