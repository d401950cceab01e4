// One start of a switching fit.
#pragma once

#include "core/fitting/switching/slds_fit.h"
#include "core/fitting/switching/slds_smoother.h"

namespace keyhole {

// The last model that could be evaluated, and its posterior.
struct SldsRun {
  SldsModel model;
  Vector variances;  // of the channels; empty if it was stopped before they were needed
  std::vector<SldsPosterior> posteriors;
  Vector visits;  // of the states, in parts of all steps
  std::vector<double> elbo;
  FitStatus status = FitStatus::iterationLimit;
  std::string broke;  // why it ended early, if it did
  std::vector<std::string> warnings;
};

// Of the LDS with the same latents, whose fit a switching one begins with.
LdsOptions commonLdsOptions(const SldsOptions& options);

// The common LDS, its divisions into states, the race between them and the iterations; `start` counts from 0,
// of options.restarts. A stop or a model that breaks leaves the last complete iteration; the first start that
// is stopped before one has states that are alike to show, any other nothing. Throws InputError, Stopped if
// there is nothing.
SldsRun runOneStart(const std::vector<Trial>& trials, const SldsOptions& options, int start,
                    Progress& progress);

}  // namespace keyhole
