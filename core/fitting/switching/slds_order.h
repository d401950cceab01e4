// How many discrete states a recording supports: cross-validation over blocks of time.
#pragma once

#include "core/fitting/order_curve.h"
#include "core/fitting/switching/slds_fit.h"

namespace keyhole {

// crossValidate() of the switching LDS over the numbers of discrete states, options.states aside. What is
// measured is the evidence lower bound (ELBO) of the blocks left out, per time point: for one state it is the
// log-likelihood itself (that of ldsOrderCurve()), for more it lies below, for recurrent switches most of
// all. So a gain by more states is a gain of the likelihood, and the choice rather takes too few states than
// too many. A block's first latent state has the mean and the covariance of all smoothed states of the
// training data, its first discrete state the training data's shares.
//
// Same seed, same bits. Cost: (folds + 1) fits for each number of states, and up to 100 rounds of inference
// on the blocks. Throws InputError as fitSwitchingLds() and crossValidate().
OrderCurve sldsOrderCurve(const std::vector<Trial>& trials, const SldsOptions& options,
                          const std::vector<Index>& states, Index folds, Progress& progress,
                          const OrderSink& sink = {});

// The evidence lower bound of trials that the model was not fitted to: q(x) and q(z) in turn until the bound
// rises by less than 1e-9 of its size, at most 100 times. Throws as improve().
double evidenceBound(const SldsModel& model, const std::vector<Trial>& trials,
                     Progress& progress = noProgress());

}  // namespace keyhole
