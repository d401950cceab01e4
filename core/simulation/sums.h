// The two D x D sums over the teacher from which the MAP fit of every subset of units is a principal block
// (eq. 4): S = Σ φ_{t-1} φ_{t-1}ᵀ and R = Σ x⁺_t φ_{t-1}ᵀ with x⁺_t = x_t - (1-α) x_{t-1}; with an input u,
// its sums too. One pass over the trajectory, memory O(D²) whatever T.
#pragma once

#include "core/network/nonlinearity.h"

namespace keyhole {

struct RegressionSums {
  Matrix S;         // D x D, Σ φφᵀ
  Matrix R;         // D x D, Σ x⁺φᵀ
  Matrix PU;        // D x m, Σ φ_{t-1} u_{t-1}ᵀ (m inputs; 0 columns without input)
  Matrix XU;        // D x m, Σ x⁺_t u_{t-1}ᵀ
  Matrix UU;        // m x m, Σ u_{t-1} u_{t-1}ᵀ
  Vector energy;    // D, Σ (x⁺)² per unit, for one-step R²
  Vector sum;       // D, Σ x⁺ per unit
  Vector phiSum;    // D, Σ φ_{t-1}
  Vector inputSum;  // m, Σ u_{t-1}
  Index count = 0;  // number of transitions
  // What was taken from φ (D), x⁺ (D) and u (m) before they were multiplied, so that a large mean costs no
  // digits; empty: nothing. Everything above is of what was left.
  Vector phiShift, stepShift, inputShift;
};

// A zero RegressionSums for D units and m inputs.
RegressionSums emptySums(Index units, Index inputs);

// A zero RegressionSums whose shifts are those of activity about `mean` (D): φ(mean) and α mean; and of an
// input about `inputMean` (m).
RegressionSums shiftedSums(const Vector& mean, const Vector& inputMean, double alpha, Nonlinearity phi);

// The sums without shifts. Cost O(D²).
RegressionSums unshifted(RegressionSums sums);

// The sums about the means of φ, x⁺ and u (phiSum, sum and inputSum 0, the shifts the means). Cost O(D²).
RegressionSums centred(RegressionSums sums);

// Adds the n transitions of states (D x (n+1)); inputs: m x n, column j is the input at the start of
// transition j (u_{t-1}). Uses the caller's α and φ. Cost 3 D² n multiply-adds.
void accumulate(RegressionSums& sums, ConstMatrixRef states, ConstMatrixRef inputs, double alpha,
                Nonlinearity phi);

// The sums of the chosen units alone: principal blocks. Cost O(d²).
RegressionSums selectUnits(const RegressionSums& sums, const std::vector<Index>& units);

}  // namespace keyhole
