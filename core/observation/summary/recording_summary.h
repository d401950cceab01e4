// What a recording is before anything is fitted to it, and what of it endangers every fit.
#pragma once

#include "core/common/progress.h"
#include "core/observation/summary/autocorrelation.h"
#include "core/observation/summary/recorded_trials.h"

#include <string>
#include <vector>

namespace keyhole {

struct ComponentSummary {
  double share = 0;                // of the variance
  double autocorrelationTime = 0;  // time points until its autocorrelation is 1/e
  double effectiveSamples = 0;     // T over Autocorrelation::timeOfSquares()
};

struct RecordingSummary {
  Index units = 0, trials = 0, timePoints = 0, shortestTrial = 0, longestTrial = 0;
  double seconds = 0;              // between two samples; 0: not known
  Index missing = 0;               // samples
  bool counts = false;             // whole numbers, none negative: then rates are meant
  Vector means;                    // N; of counts with known seconds per second, else as recorded
  Vector deviations;               // N, standard deviations, as recorded
  Index silent = 0, constant = 0;  // units that are 0 throughout; that do not vary (silent ones included)

  std::vector<ComponentSummary> components;  // the leading ones, at most 5
  double participationRatio = 0;             // (Σ λ)² / Σ λ² of the covariance; 0 if nothing varies
  double effectiveSamples = 0;  // of the components' times of squares, weighted by their shares; at most T
  Smoothness smoothness;

  double meanShift = 0;      // second half less first, root mean square over units, in standard deviations
  double varianceRatio = 1;  // of the second half over the first
  double drift = 0;          // share of the variance that a line in time explains

  std::vector<Index> copies, copied;  // units that are another one sample by sample, and that one
  Index covarianceOf = 0;             // time points that the components and the ratio rest on
  std::vector<std::string> warnings;  // what endangers a fit, a sentence each

  double duration() const { return seconds * static_cast<double>(timePoints); }  // 0: not known
};

// Halves and drift are of all trials in their order. Missing samples are left out; in the projections on the
// components they are taken at the unit's mean. Of large recordings the covariance is of evenly chosen time
// points (N² T up to 10^9). Cost O(N T + 10^9). Throws Stopped.
RecordingSummary summarise(const RecordedTrials& recorded, const Progress& progress = noProgress());

// One sentence if a fit has more parameters than the recording has independent numbers, else empty.
// parameters: the numbers that the fit chose freely.
std::string parametersWarning(const RecordingSummary& summary, Index parameters);

// Independent numbers (effective samples times units) for each parameter.
double samplesPerParameter(const RecordingSummary& summary, Index parameters);

}  // namespace keyhole
