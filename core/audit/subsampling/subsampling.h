// The claim over nested subsets of the recorded units. In an endless recording of a reversible process (a
// symmetric circuit under white input, seen through any keyhole, with white observation noise or without) the
// leading eigenvalue of the linear one-step fit is the largest generalised eigenvalue of the symmetric pair
// C(1), C(0), so that it never falls over nested subsets (Cauchy interlacing). So a significant fall excludes
// reversible circuits; growth and plateaus exclude nothing.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/trial.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace keyhole {

struct SubsamplingOptions {
  Index orders = 8;       // random orders in which the units are taken
  Index sizes = 8;        // numbers of units, evenly on a logarithmic axis from 2 to all
  Index resamples = 100;  // of blocks of time, for the intervals
  Index surrogates = 99;  // reversible ones, for the p-value of a fall
  std::uint64_t seed = 1;
};

struct SubsamplingPoint {
  Index units = 0;
  double steps = 0;  // time constant of the leading mode in time steps, geometric mean over the orders
  double low = std::numeric_limits<double>::quiet_NaN();  // 95 % over blocks of time, of that mean; one-sided
  double high = std::numeric_limits<double>::quiet_NaN();  // ones (see below) have no upper end
};

struct Subsampling {
  bool made = false;
  std::string why;  // one sentence, if not
  std::vector<SubsamplingPoint> points;
  Index orders = 0;
  double fall = 0;  // the largest mean log ratio of a smaller subset's time constant to that of all units
  Index fallFrom = 0;
  double pValue = std::numeric_limits<double>::quiet_NaN();  // of the fall, among reversible surrogates
  std::string whyNoPValue;
  bool oneSided = false;  // the blocks are too short (block_plan.h)
  std::string sentence;
};

// The fit is MAP without ridge, linear, with a constant drive, in steps of the recording, so that neither α
// nor τ enters. A mode that does not decay, or decays in more steps than the recording has, is taken at that
// many. The p-value compares the fall with that of recordings drawn from the reversible Gaussian process with
// the real part of this recording's cross-spectrum, as long as it and seen in the same subsets: short
// recordings fall by bias alone. No p-value where the recording is shorter than 50 of its slow times. Cost
// (resamples + surrogates) × orders × sizes fits. Throws Stopped.
Subsampling subsampleUnits(const std::vector<Trial>& trials, const SubsamplingOptions& options,
                           Progress& progress = noProgress());

// The leading time constant, in steps, of every size (nested in this order) from sums about their means: S =
// Σ x xᵀ and R = Σ x_{t+1} x_tᵀ, N x N. NaN where S is singular.
Vector nestedTimes(const Matrix& S, const Matrix& R, const std::vector<Index>& order,
                   const std::vector<Index>& sizes, double most);

}  // namespace keyhole
