#include "core/fitting/switching/slds_run.h"

#include "core/common/error.h"
#include "core/common/progress_part.h"
#include "core/fitting/latent/em_end.h"
#include "core/fitting/switching/slds_race.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

// True if the iterations end with the model before; throws if that is since rounding broke the next one.
bool endsBelow(double before, double value, Index steps, double tolerance) {
  const AfterStep after = afterStep(before, value, std::max(std::abs(before), static_cast<double>(steps)));
  if (after == AfterStep::broken)
    throw std::runtime_error(brokenByRounding("the evidence bound", before - value));
  return after == AfterStep::rounding && tolerance > 0;
}

// The iterations, from what run.posteriors say: a stop or a broken model leaves the last complete one, and
// those posteriors if there is none.
void iterate(SldsRun& run, SldsModel next, const SldsBounds& bounds, const std::vector<Trial>& trials,
             const SldsOptions& options, int start, LdsEmissionSteps& emissions, Progress& stage,
             Progress& progress) {
  std::vector<SldsPosterior> better(trials.size());
  for (Index iteration = 0;; ++iteration) {
    double elbo = logPrior(next, bounds);
    for (std::size_t i = 0; i < trials.size(); ++i)
      elbo += improve(run.posteriors[i], next, trials[i], better[i], stage);
    if (!std::isfinite(elbo)) throw std::runtime_error("the evidence bound left the finite range");
    if (!run.elbo.empty() && endsBelow(run.elbo.back(), elbo, transitionsOf(trials), options.tolerance)) {
      run.status = FitStatus::converged;
      return;
    }
    run.model = next;
    run.posteriors.swap(better);
    run.elbo.push_back(elbo);
    progress.objective(start, static_cast<int>(iteration), elbo);
    if (stoodStill(run.elbo, options.tolerance)) {
      run.status = FitStatus::converged;
      return;
    }
    if (iteration == options.iterations) return;
    stage.checkpoint(static_cast<double>(iteration) / static_cast<double>(options.iterations),
                     "fitting the switching system");
    updateStates(next, trials, run.posteriors, options.kind, bounds, stage);
    updateEmissions(next, trials, run.posteriors, emissions, stage);
    updateTransitions(next, run.posteriors, bounds, stage);
  }
}

// Stopped before the first iteration: what is shown are states that are alike, of the part that is looked at
// after a stop, with the bound of all.
void leaveTheLeast(SldsRun& run, const LdsFit& lds, const std::vector<Trial>& trials,
                   const SldsOptions& options) {
  try {
    const LookedAt looked(trials, true, lookedAtAfterStop(options));
    SldsStart least = alike(lds.model, looked.trials(), options);
    if (looked.inPart()) least.elbo = lds.logLikelihood.back() + logPrior(least.model, least.bounds);
    run.model = std::move(least.model);
    run.posteriors = std::move(least.posteriors);
    run.elbo = {least.elbo};
  } catch (const std::runtime_error& error) {
    run.broke = error.what();
  }
}

// The iterations from what the common LDS says.
void runFrom(const LdsFit& lds, SldsRun& run, const std::vector<Trial>& trials, const SldsOptions& options,
             int start, Progress& stage, Progress& progress) {
  if (lds.logLikelihood.empty()) throw std::runtime_error(lds.summary.message);
  for (const auto& warning : lds.warnings)
    if (warning.rfind("constant channels", 0) == 0) run.warnings.push_back(warning);
  stage.throwIfStopped();  // the common LDS returns what it has
  SldsStart first = alike(lds.model, trials, options, stage);
  if (!std::isfinite(first.elbo)) throw std::runtime_error("the evidence bound left the finite range");
  const LdsData data(trials, true, stage);
  run.variances = data.variances();
  LdsEmissionSteps emissions(data, options.kind);
  raceOf(divisionsOf(first, trials, options, options.seed + static_cast<std::uint64_t>(start),
                     raceSize(trials, options), stage),
         first, trials, options, emissions, stage);
  run.posteriors = std::move(first.posteriors);
  iterate(run, std::move(first.model), first.bounds, trials, options, start, emissions, stage, progress);
}

}  // namespace

LdsOptions commonLdsOptions(const SldsOptions& options) {
  LdsOptions lds;
  lds.kind = options.kind;
  lds.alpha = options.alpha;
  lds.iterations = options.iterations;
  lds.tolerance = options.tolerance;
  lds.seed = options.seed;
  lds.restarts = options.restarts;
  return lds;
}

SldsRun runOneStart(const std::vector<Trial>& trials, const SldsOptions& options, int start,
                    Progress& progress) {
  const double share = 1.0 / static_cast<double>(options.restarts), from = share * start;
  LdsOptions common = commonLdsOptions(options);
  common.seed += static_cast<std::uint64_t>(start);
  common.restarts = 0;  // the usual ones
  common.describe = false;
  common.iterations = options.startIterations;
  ProgressPart warmUp(progress, from, from + 0.1 * share), stage(progress, from + 0.1 * share, from + share);
  SldsRun run;
  LdsFit lds;
  try {
    lds = fitLds(trials, common, warmUp);
    runFrom(lds, run, trials, options, start, stage, progress);
  } catch (const Stopped&) {
    run.status = FitStatus::stopped;
  } catch (const InputError&) {
    throw;
  } catch (const std::runtime_error& error) {
    run.broke = error.what();
  }
  // An earlier start has more to show than one that was stopped before its first iteration.
  if (run.status != FitStatus::stopped || !run.elbo.empty() || start > 0) return run;
  if (lds.logLikelihood.empty()) throw Stopped();
  leaveTheLeast(run, lds, trials, options);
  return run;
}

}  // namespace keyhole
