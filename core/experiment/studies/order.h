// How many latents, or discrete states, does the recording of an experiment support, and what would each
// number claim? Held-out likelihood and line attractor score over one axis.
#pragma once

#include "core/analysis/spectrum.h"
#include "core/experiment/experiment.h"
#include "core/fitting/order_curve.h"
#include "core/fitting/trial.h"

namespace keyhole {

enum class Counted {
  latents,  // of a latent LDS
  states,   // of a switching LDS with fit.latents latents
};

struct OrderOptions {
  Counted counted = Counted::latents;
  std::vector<Index> numbers;  // empty: 1 to 10 latents, as far as there are seen units; 1 to 6 states
  Index folds = 5;
};

struct ScoredPoint {
  OrderPoint order;
  LineAttractorScore score;  // of the fit to all data; NaN (too few modes) for one latent, and without a fit
};

struct OrderResult {
  Counted counted = Counted::latents;
  Index folds = 0;
  std::vector<ScoredPoint> points;
  Index chosen = 0;  // oneStandardErrorChoice(), 0 for none
  bool complete = false;
  // One sentence if one block of time carries the best number's mean and standard error, so that the choice
  // says little: its squared deviation is more than 95 % of what a single one can have (Grubbs' test of an
  // outlier at about 3 % for five blocks). Empty otherwise, and for fewer than four blocks.
  std::string caution;
};

using OrderResultSink = std::function<void(const OrderResult&)>;

// The settings of its fits: those of the experiment if that is its method, else of the comparison's exact EM
// or switching LDS.
Settings orderSettings(const Settings& settings, Counted counted);

// Whether two experiments have the same curve: no setting of their recordings and of these fits differs.
bool haveSameOrder(const Settings& one, const Settings& other, Counted counted);

// What is measured, in words: "held-out log-likelihood per time point".
std::string measureOf(Counted counted);

// ldsOrderCurve() or sldsOrderCurve() on the first fit.steps time points of what is seen, with the input as
// the experiment's students get it. The experiment needs its stages through the observation. The sink is
// given the growing curve; a stop returns what is there. Throws InputError: more latents than seen units, and
// as the two.
OrderResult orderOf(const Experiment& experiment, const OrderOptions& options,
                    Progress& progress = noProgress(), const OrderResultSink& sink = {});

// The same on given trials.
OrderResult orderOf(const Settings& settings, const std::vector<Trial>& trials, const OrderOptions& options,
                    Progress& progress = noProgress(), const OrderResultSink& sink = {});

}  // namespace keyhole
