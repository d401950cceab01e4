// The sums of the MAP fit over a simulated trajectory, taken in the coordinates in which it runs.
#pragma once

#include "core/simulation/simulate.h"
#include "core/simulation/sums.h"

namespace keyhole {

// For linear φ the sums over the modes of a chain become those over its units by one rotation at the end,
// which spares the way back to units for every step.
class TrajectorySums {
 public:
  // inputs: m, the rows of the input.
  TrajectorySums(Index units, Index inputs, double alpha, Nonlinearity phi);

  // Adds the block's n transitions; input: m x n, column j acts on transition j. Blocks come in order, each
  // begins with the last state of the one before.
  void add(const StateBlock& block, ConstMatrixRef input);

  Index count() const { return m_sums.count; }

  // The sums in units so far. Cost O(D³) for a chain that ran in its modes, else a copy of D² numbers.
  RegressionSums inUnits() const;

 private:
  RegressionSums m_sums;  // in the coordinates of m_basis
  double m_alpha;
  Nonlinearity m_phi;
  const Matrix* m_basis = nullptr;  // of the blocks, while φ is linear; null: they are units
  Vector m_first, m_last;           // the outermost states, in those coordinates
};

}  // namespace keyhole
