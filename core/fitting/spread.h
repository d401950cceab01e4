// Sums of squares about the mean of each channel, to be added up in pieces.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// About each channel's first value, so that a mean of many standard deviations costs no digits.
class Spread {
 public:
  explicit Spread(Index channels);

  void add(ConstMatrixRef values);  // channels x any; NaN is left out
  // Σ (x - mean of its channel)² over all channels.
  double squares() const;
  // Whether that is more than the rounding of the values leaves of constant ones.
  bool varies() const;

 private:
  Vector m_shift, m_sum, m_squares, m_count;
};

}  // namespace keyhole
