// How many latents or discrete states a recording supports: what is measured, and the rule that chooses.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <functional>
#include <string>
#include <vector>

namespace keyhole {

struct OrderPoint {
  Index number = 0;    // of latents, or of discrete states
  double heldOut = 0;  // log-likelihood (or its lower bound) per time point of the blocks left out, the mean
                       // over them; NaN if a fit diverged or broke on its block
  Vector blocks;       // the single values, one per block
  double standardError = 0;              // of that mean: the blocks' deviation over √blocks
  ComplexVector eigenvalues;             // of the fit to all data (switching: of its most visited state), in
                                         // the paper's scaling, ordered; empty without parameters
  FitStatus status = FitStatus::notRun;  // of that fit; diverged if one of the others had no parameters
};

struct OrderCurve {
  std::vector<OrderPoint> points;  // in the order in which they were asked for
  Index chosen = 0;                // oneStandardErrorChoice(points)
  bool complete = false;           // false after a stop
};

using OrderSink = std::function<void(const OrderCurve&)>;

// The smallest number whose mean is within one standard error of the best one's mean, the standard error
// being the best one's (Breiman et al. 1984); 0 if no point has a finite mean.
Index oneStandardErrorChoice(const std::vector<OrderPoint>& points);

// One block of time left out.
struct TimeSplit {
  std::vector<Trial> training, heldOut;
};

// What crossValidate() asks of a kind of model. Both throw Stopped.
struct OrderModel {
  std::string what;  // "numbers of latents"
  // The log-likelihood per time point of the block, by the fit without it; NaN if there is none. Tells the
  // fit's status.
  std::function<double(const TimeSplit&, Index number, FitStatus&, Progress&)> heldOut;
  // Eigenvalues and status of the fit to all data.
  std::function<OrderPoint(const std::vector<Trial>&, Index number, Progress&)> whole;
};

// For each number, `folds` fits without one contiguous block of time each, and one fit to all data. The time
// points of all trials, one trial after the other, are split into `folds` blocks of the same length (±1);
// what a block leaves of a trial before and after it are two trials of the training data, and what it takes
// of a trial is a trial of its own to be predicted. Stretches shorter than 2 are dropped.
//
// The sink sees the curve after each point. A stop keeps the points that are complete. Progress: its
// objectives come from one start per fit, folds + 1 for each number. Throws InputError: no number, fewer than
// 2 folds, blocks of fewer than 2 time points.
OrderCurve crossValidate(const std::vector<Trial>& trials, const std::vector<Index>& numbers, Index folds,
                         const OrderModel& model, Progress& progress, const OrderSink& sink);

// Of all trials, missing samples or not.
Index timePointsOf(const std::vector<Trial>& trials);

}  // namespace keyhole
