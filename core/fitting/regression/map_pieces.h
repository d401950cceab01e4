// The maximum a posteriori fit of a recording that arrives piece by piece and need not fit into memory.
#pragma once

#include "core/fitting/regression/map_fit.h"

namespace keyhole {

class MapPieces {
 public:
  // Throws InputError: bad options.
  explicit MapPieces(const MapOptions& options);

  // The next time points of the one trial, N x n with n >= 1, all finite. The sums are taken about the means
  // of the first piece, so that a large mean costs no digits. Cost 3 N² n; memory O(N² + N n).
  void add(ConstMatrixRef piece);

  Index timepoints() const { return m_timepoints; }
  const RegressionSums& sums() const { return m_sums; }

  // As fitMap() of the one trial, but for rounding. Throws InputError for fewer than two time points.
  Student fit() const;

 private:
  MapOptions m_options;
  RegressionSums m_sums;
  Matrix m_states;  // the last column of the piece before, and the piece
  Index m_timepoints = 0;
};

}  // namespace keyhole
