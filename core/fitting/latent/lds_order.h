// How many latents a recording supports: cross-validation over blocks of time.
#pragma once

#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/order_curve.h"

namespace keyhole {

// crossValidate() of the latent LDS over the numbers of latents, options.kind.latents aside. A block does not
// start where the recording does, so that mu0 and P0 of the fit say nothing about it: its first state has the
// mean and the covariance of all smoothed states of the training data (their posterior covariances included).
//
// Without a block the fits are from one start, unless options.restarts says more, and rest at 0.01 nats: that
// is a tenth of the cost, and far below the blocks' own spread.
//
// Same seed, same bits. Cost: (folds + 1) fits and a smoother pass for each number of latents.
//
// Throws InputError: options or trials that fitLds() refuses (also for a part of the data), held emissions
// (they fix the latents), and as crossValidate().
OrderCurve ldsOrderCurve(const std::vector<Trial>& trials, const LdsOptions& options,
                         const std::vector<Index>& latents, Index folds, Progress& progress,
                         const OrderSink& sink = {});

// The two parts of it for options.kind.latents: the held-out log-likelihood per time point (NaN if the fit
// has no parameters or breaks on its block), and the fit to all data. Throw Stopped.
double heldOutLogLikelihood(const TimeSplit& split, const LdsOptions& options, FitStatus& status,
                            Progress& progress);
OrderPoint orderPointOf(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress);

}  // namespace keyhole
