// The start of an SLDS fit.
#pragma once

#include "core/fitting/slds_fit.h"
#include "core/fitting/slds_steps.h"

namespace keyhole {

struct SldsStart {
  SldsModel model;
  std::vector<SldsPosterior> posteriors;  // one per trial
  SldsBounds bounds;
};

// See fitSwitchingLds(). `common` is the LDS that it starts from.
SldsStart startFrom(const LdsModel& common, const std::vector<Trial>& trials, const SldsOptions& options,
                    std::uint64_t seed, Progress& progress);

// Lloyd's k-means from a k-means++ start (Arthur & Vassilvitskii 2007): the cluster of each column. Same
// seed, same clusters. An emptied cluster keeps its centre. Cost O(rounds n K d).
std::vector<Index> kMeans(ConstMatrixRef points, Index clusters, std::uint64_t seed, int rounds = 30);

}  // namespace keyhole
