// The MAP fits of nested sets of units from one factorisation: with the units in the order in which they are
// seen, inputs before them, G = α² [u; φ][u; φ]ᵀ + ρ I = L Lᵀ and W = α K L⁻ᵀ (K = Σ x⁺ [u; φ]ᵀ), the fit of
// the first d units is [V Â] = W_d L_d⁻¹: leading blocks, one triangular solve instead of a factorisation and
// two.
#pragma once

#include "core/fitting/regression/map_fit.h"

#include <memory>
#include <vector>

namespace keyhole {

class NestedMap {
 public:
  // sums: of all D units, of these options' α and φ; order: a permutation of them. Cost O(D³).
  NestedMap(const RegressionSums& sums, std::vector<Index> order, const MapOptions& options);

  // False if the matrix of all units is singular, or nearly (condition above 10¹²): each set of units must be
  // fitted by itself, which may well be possible.
  bool good() const { return m_good; }

  // Whether it was made with these: then it holds for any number of units, of the same sums.
  bool servesFor(const std::vector<Index>& order, const MapOptions& options, Index inputs) const;

  // Whether these are the first units of its order, and good().
  bool holdsFor(const std::vector<Index>& seen) const;

  // The fit of order[0 … d-1], 1 <= d <= D, as fitMap() of their sums but for rounding. Precondition: good().
  // Cost d³ multiply-adds, half of it on each of two cores, the same bits whether there are two or not.
  Student fit(Index d) const;

 private:
  std::vector<Index> m_order;
  MapOptions m_options;
  Index m_inputs;
  Matrix m_L;              // (m+D) x (m+D), lower triangle
  Matrix m_W;              // D x (m+D)
  Vector m_energy, m_sum;  // D, in the order in which units are seen
  Index m_count;           // transitions
  bool m_good = false;
};

}  // namespace keyhole
