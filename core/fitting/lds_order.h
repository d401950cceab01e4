// How many latents a recording supports: cross-validation over blocks of time.
#pragma once

#include "core/fitting/lds_fit.h"

#include <functional>

namespace keyhole {

struct LdsOrderPoint {
  Index latents = 0;
  double heldOut = 0;  // log-likelihood per time point of the blocks left out, the mean over them; NaN if
                       // a fit diverged or broke on its block
  double standardError = 0;              // of that mean: the blocks' deviation over √blocks
  ComplexVector eigenvalues;             // of the fit to all data, in the paper's scaling, ordered
  FitStatus status = FitStatus::notRun;  // of that fit; diverged if one of the others had no parameters
};

struct LdsOrderCurve {
  std::vector<LdsOrderPoint> points;  // in the order in which they were asked for
  Index chosen = 0;                   // oneStandardErrorChoice(points)
  bool complete = false;              // false after a stop
};

// The smallest number of latents whose mean is within one standard error of the best one's mean, the standard
// error being the best one's (Breiman et al. 1984); 0 if no point has a finite mean.
Index oneStandardErrorChoice(const std::vector<LdsOrderPoint>& points);

// For each number of latents, options.kind.latents aside, `folds` fits without one contiguous block of time
// each, and one fit to all data. The time points of all trials, one trial after the other, are split into
// `folds` blocks of the same length (±1); what a block leaves of a trial before and after it are two trials
// of the training data, and what it takes of a trial is a trial of its own to be predicted. Stretches shorter
// than 2 are dropped. A block does not start where the recording does, so that mu0 and P0 of the fit say
// nothing about it: its first state has the mean and the covariance of all smoothed states of the training
// data (their posterior covariances included).
//
// The sink sees the curve after each point. A stop keeps the points that are complete. Progress: its
// objectives come from one start per fit, folds + 1 for each number of latents. Same seed, same bits. Cost:
// (folds + 1) fits and a smoother pass for each number of latents.
//
// Throws InputError: options or trials that fitLds() refuses (also for a part of the data), no number of
// latents, fewer than 2 folds, blocks of fewer than 2 time points, held emissions (they fix the latents).
LdsOrderCurve ldsOrderCurve(const std::vector<Trial>& trials, const LdsOptions& options,
                            const std::vector<Index>& latents, Index folds, Progress& progress,
                            const std::function<void(const LdsOrderCurve&)>& sink = {});

}  // namespace keyhole
