// The start of an SLDS fit.
#pragma once

#include "core/fitting/switching/slds_fit.h"
#include "core/fitting/switching/slds_steps.h"

namespace keyhole {

// A model, and what it says of the trials.
struct SldsStart {
  SldsModel model;
  std::vector<SldsPosterior> posteriors;  // one per trial
  SldsBounds bounds;
  double elbo = 0;  // of alike() alone: the others are evaluated by the first iteration
};

// The common LDS as a switching one whose K states are alike: the least that there is to show. Its bound is
// the LDS's log-likelihood, since the switches say nothing of the latents. Throws Stopped.
SldsStart alike(const LdsModel& common, const std::vector<Trial>& trials, const SldsOptions& options,
                Progress& progress = noProgress());

// A division of the time points among the discrete states: the dynamics and switches that go with it, given
// what was believed of the latents.
struct SldsDivision {
  SldsModel model;
  std::vector<DiscretePosterior> switches;  // one per trial
  double value = 0;  // nats, to compare divisions of one q(x) by: log Σ_z of the weights, with the log-prior
};

// The best of several divisions that differ, by falling value, `most` at the most: see fitSwitchingLds().
// What is believed of the latents stays as it is; `alike` has afterwards the switches and model of the last
// try. Throws std::runtime_error if none can be evaluated, Stopped.
std::vector<SldsDivision> divisionsOf(SldsStart& alike, const std::vector<Trial>& trials,
                                      const SldsOptions& options, std::uint64_t seed, std::size_t most,
                                      Progress& progress);

// Lloyd's k-means from a k-means++ start (Arthur & Vassilvitskii 2007): the cluster of each column. Same
// seed, same clusters. An emptied cluster keeps its centre. Cost O(rounds n K d).
// Throws Stopped.
std::vector<Index> kMeans(ConstMatrixRef points, Index clusters, std::uint64_t seed, int rounds = 30,
                          Progress& progress = noProgress());

}  // namespace keyhole
