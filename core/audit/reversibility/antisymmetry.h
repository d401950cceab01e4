// The antisymmetric parts of lagged covariances, from Fourier transforms, and their null by random conjugates
// (arrow.h).
#pragma once

#include "core/audit/reversibility/transforms.h"
#include "core/common/progress.h"

#include <cstdint>

namespace keyhole {

class Antisymmetry {
 public:
  struct Plan {
    std::vector<Index> lags;     // time steps
    std::vector<Index> lengths;  // T of each trial
    Index flips = 399;
  };
  struct Test {
    double statistic = 0, pValue = 1;
    Index lag = 0, leading = 0;
    double antisymmetric = 0;  // Σ over lags of ‖A‖²_F (leading x all), less the null's mean
  };

  // transforms: p x J each, of whitened components. Memory and cost O(k p F) per lag, k <= 8.
  Antisymmetry(const std::vector<ComplexMatrix>& transforms, const Plan& plan);

  // The same numbers on any number of cores. progress may be null: then on one core, as within a piece of
  // work. Throws Stopped.
  Test test(std::uint64_t seed, Progress* progress = nullptr) const;

  // At one lag, k x p, of the recording itself.
  Matrix part(std::size_t lag) const;

 private:
  Index m_rows, m_columns, m_groups;
  Plan m_plan;
  std::vector<Matrix> m_terms;  // per lag (k p) x groups: what each group of frequencies adds
};

// Σ over the lags of the squared lagged covariances, leading x all: what Test::antisymmetric is a share of.
double squaredCovariances(const Whitened& components, const Antisymmetry::Plan& plan);

}  // namespace keyhole
