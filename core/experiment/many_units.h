// Teachers of so many units (a million, say) that neither all states of a run nor the sums over all units are
// kept: those of the seen units, and the whole run within a few dimensions.
#pragma once

#include "core/experiment/settings/settings.h"
#include "core/linalg/pca.h"
#include "core/simulation/simulate.h"

namespace keyhole {

// Of low rank, and more than kMostUnits.
bool hasManyUnits(const Network& network);
// Whether settings ask for such a teacher.
bool hasManyUnits(const Settings& settings);

// A run within the span of what the units give each other (the columns of M, for B = M Nᵀ) and of the first
// state: all that is not noise, in the standard convention and of linear units.
struct LatentRun {
  Matrix Q;                  // D x k, orthonormal
  Matrix coordinates;        // k x n: Qᵀ z of the displayed steps
  Vector mean;               // D, over those steps
  Vector middle;             // D: the state half-way
  double totalVariance = 0;  // over all units, summed
};

// Its leading principal components within Q: components D x min(wanted, k), variances; mean and total
// variance are those of all units, the participation ratio is not known (NaN).
Pca pcaOf(const LatentRun& run, Index wanted);

// Collects the first `steps` recorded states of a low-rank network. Memory D (k + 4), cost D k per state.
class LatentRecorder {
 public:
  LatentRecorder(const Network& network, Index steps);

  void add(const StateBlock& block);  // in units; blocks come in order
  LatentRun run() const;              // of the states so far, at least one

 private:
  void addStates(ConstMatrixRef states, Index first);

  const Matrix& m_M;
  Index m_filled = 0;
  LatentRun m_run;  // mean: the sum so far
  double m_squares = 0;
};

}  // namespace keyhole
