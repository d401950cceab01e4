#include "core/fitting/switching/slds_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/progress_part.h"
#include "core/fitting/channel_notes.h"
#include "core/fitting/input_notes.h"
#include "core/fitting/latent/lds_student.h"
#include "core/fitting/latent/lds_units.h"
#include "core/fitting/latent/noise_floor.h"
#include "core/fitting/switching/slds_run.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kHardly = 0.01;  // of the steps: a state that is used less is told

Index mostVisited(const Vector& visits) {
  Index most = 0;
  visits.maxCoeff(&most);
  return most;
}

Vector visitsOf(const std::vector<SldsPosterior>& posteriors) {
  Vector visits = Vector::Zero(posteriors.front().z.states.rows());
  for (const auto& posterior : posteriors)
    for (Index t = 1; t < posterior.z.states.cols(); ++t) visits += posterior.z.states.col(t);
  return visits / visits.sum();
}

Restart restartOf(const SldsRun& run, std::uint64_t seed, double alpha) {
  const auto k = static_cast<std::size_t>(mostVisited(run.visits));
  return {seed, eigenvalues(paperScaling(run.model.F[k], alpha)), run.elbo.back()};
}

void addWarnings(SldsFit& fit, const Vector& variances, const LdsClass& kind) {
  for (auto& note : noiseNotes(fit.model.R, variances, kind)) fit.warnings.push_back(std::move(note));
  for (Index k = 0; k < fit.visits.size(); ++k)
    if (fit.visits(k) < kHardly)
      fit.warnings.push_back("discrete state " + std::to_string(k + 1) + " is used for " +
                             toText(std::round(1e4 * fit.visits(k)) / 100) + " % of the steps only");
}

FitSummary summaryOf(const SldsRun& run) {
  FitSummary summary;
  summary.status = run.elbo.empty() ? FitStatus::diverged : run.status;
  summary.iterations = run.elbo.empty() ? 0 : static_cast<int>(run.elbo.size()) - 1;
  for (const double value : run.elbo) summary.cost.push_back(-value);
  const std::string count =
      std::to_string(summary.iterations) + (summary.iterations == 1 ? " iteration" : " iterations");
  if (run.elbo.empty())
    summary.message = "the start cannot be evaluated: " + run.broke;
  else if (!run.broke.empty())
    summary.message = "ended after " + count + ", the last good ones: " + run.broke;
  else if (run.status == FitStatus::converged)
    summary.message = "the evidence bound stood still after " + count;
  else if (run.status == FitStatus::stopped)
    summary.message = "stopped after " + count;
  else
    summary.message = "all " + count + " were used";
  return summary;
}

void compareWithLds(SldsFit& fit, const std::vector<Trial>& trials, const SldsOptions& options,
                    Progress& progress) {
  LdsOptions lds = commonLdsOptions(options);
  lds.seed = fit.seed;
  lds.restarts = 0;
  lds.describe = false;
  lds.iterations = options.startIterations + fit.summary.iterations;
  ProgressPart stage(progress, 0, 1);
  LdsFit single;
  try {
    single = fitLds(trials, lds, stage);
  } catch (const Stopped&) {
    single.summary.status = FitStatus::stopped;
  }
  if (single.summary.status == FitStatus::stopped) {
    return setStopped(fit.summary, "the comparison with one LDS");
  }
  if (single.logLikelihood.empty()) return;
  fit.ldsLogLikelihood = single.logLikelihood.back();
  if (!(fit.elbo.back() > *fit.ldsLogLikelihood))
    fit.warnings.push_back(std::to_string(options.states) +
                           " discrete states do not beat one: their evidence bound is not above the "
                           "log-likelihood of the latent LDS with as many latents and iterations");
}

// The first T time points.
void cut(ChainMoments& x, Index T) {
  for (Matrix* each : {&x.means, &x.covariances, &x.lagged})
    if (each->cols() > T) *each = Matrix(each->leftCols(T));
}

using Paths = std::vector<std::vector<int>>;
Paths likeliestPaths(const SldsRun& run, const std::vector<Trial>& trials, Progress& progress) {
  Paths paths;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    progress.throwIfStopped();
    paths.push_back(likeliestPath(switchesGiven(run.posteriors[i].x, run.model, trials[i], progress)));
  }
  return paths;
}

// What there is to say of the whole; a stop that comes here ends it.
void describeAll(SldsFit& fit, SldsRun& run, const std::vector<Trial>& all, Progress& progress) {
  try {
    fit.paths = likeliestPaths(run, all, progress);
    for (auto& note : dependentChannels(all, progress)) run.warnings.push_back(std::move(note));
  } catch (const Stopped&) {
    run.status = FitStatus::stopped;
    setStopped(fit.summary, "the look at what it says");
    fit.paths.clear();
  }
}

// Of the shown run; after a stop, of a part of the trials.
void describe(SldsFit& fit, SldsRun& run, const std::vector<Trial>& all, const SldsOptions& options,
              Progress& progress) {
  if (run.status != FitStatus::stopped) describeAll(fit, run, all, progress);
  const Index most = lookedAtAfterStop(options);
  const LookedAt looked(all, run.status == FitStatus::stopped, most);
  const auto& trials = looked.trials();
  fit.inPart = looked.inPart();
  fit.visits = run.visits;
  if (fit.inPart)
    for (std::size_t i = 0; i < trials.size(); ++i) cut(run.posteriors[i].x, trials[i].activity.cols());
  if (fit.paths.empty()) fit.paths = likeliestPaths(run, trials, noProgress());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    fit.posteriors.push_back(run.posteriors[i].z.states.leftCols(trials[i].activity.cols()));
    fit.means.push_back(std::move(run.posteriors[i].x.means));
  }
  fit.model = std::move(run.model);
  fit.warnings = std::move(run.warnings);
  if (fit.inPart)
    fit.warnings.push_back("after the stop, discrete states and latents are shown of the first " +
                           std::to_string(most) + " time points only");
  addWarnings(fit, run.variances.size() > 0 ? run.variances : channelVariances(trials), options.kind);
}

// K = 1: the LDS's own fit, in other words.
SldsFit singleState(const std::vector<Trial>& trials, const SldsOptions& options, Progress& progress) {
  const LdsFit lds = fitLds(trials, commonLdsOptions(options), progress);
  SldsFit fit;
  fit.elbo = lds.logLikelihood;
  fit.summary = lds.summary;
  fit.restarts = lds.restarts;
  fit.seed = lds.seed;
  fit.warnings = lds.warnings;
  if (lds.logLikelihood.empty()) return fit;
  fit.model = switchingOf(lds.model, 1);
  fit.ldsLogLikelihood = lds.logLikelihood.back();
  fit.visits = Vector::Ones(1);
  fit.means = smooth(lds.model, trials).means;
  for (const auto& x : fit.means) {
    fit.posteriors.push_back(Matrix::Ones(1, x.cols()));
    fit.paths.emplace_back(static_cast<std::size_t>(x.cols()), 0);
  }
  return fit;
}

}  // namespace

std::vector<std::string> problems(const SldsOptions& options) {
  auto found = problems(commonLdsOptions(options));
  if (options.states < 1 || options.states > 50)
    found.push_back("the number of discrete states is " + std::to_string(options.states) +
                    "; allowed: 1 to 50");
  if (options.startIterations < 0)
    found.push_back("the number of iterations of the start is " + std::to_string(options.startIterations) +
                    "; allowed: at least 0");
  if (!(options.tolerance >= 0 && std::isfinite(options.tolerance)))
    found.push_back("the tolerance is " + toText(options.tolerance) + "; allowed: a number from 0");
  if (!(options.stickiness >= 0 && std::isfinite(options.stickiness)))
    found.push_back("the stickiness is " + toText(options.stickiness) + "; allowed: a number from 0");
  else if (options.stickiness > 0 && options.transitions == SldsTransitions::recurrentOnly)
    found.push_back("the stickiness is " + toText(options.stickiness) +
                    "; allowed: 0 where the latents alone decide on the next discrete state");
  return found;
}

Index lookedAtAfterStop(const SldsOptions& options) {
  // Nanoseconds for a step, as measured; the whole is then 20 ms.
  constexpr Index kBudget = 20'000'000, kPerSwitch = 25, kPerProduct = 3, kLeast = 100;
  const Index K = options.states, L = options.kind.latents;
  const Index each = kPerSwitch * K * K + kPerProduct * (L * L * L + K * L * L);
  return std::clamp(kBudget / each, kLeast, kLookAfterStop);
}

namespace {

// K > 1, in the units of these trials.
SldsFit fitSeveral(const std::vector<Trial>& trials, const SldsOptions& options, Progress& progress) {
  const auto start = Clock::now();
  SldsFit fit;
  SldsRun shown;
  for (int r = 0; r < static_cast<int>(options.restarts); ++r) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(r);
    SldsRun run = runOneStart(trials, options, r, progress);
    const bool stopped = run.status == FitStatus::stopped;
    if (!run.elbo.empty()) {
      run.visits = visitsOf(run.posteriors);
      fit.restarts.push_back(restartOf(run, seed, options.alpha));
    }
    const bool better = !run.elbo.empty() && (shown.elbo.empty() || run.elbo.back() > shown.elbo.back());
    if (r == 0 || better) {
      shown = std::move(run);
      fit.seed = seed;
    }
    if (!stopped) continue;
    shown.status = FitStatus::stopped;
    break;
  }
  fit.summary = summaryOf(shown);
  fit.elbo = shown.elbo;
  if (!shown.elbo.empty()) {
    if (!shown.broke.empty()) shown.warnings.push_back(fit.summary.message);
    describe(fit, shown, trials, options, progress);
    if (options.compareWithLds && fit.summary.status != FitStatus::stopped)
      compareWithLds(fit, trials, options, progress);
  }
  fit.summary.seconds = secondsSince(start);
  return fit;
}

void addInputNotes(SldsFit& fit, const std::vector<Trial>& trials, Progress& progress) {
  if (fit.elbo.empty() || fit.summary.status == FitStatus::stopped) return;
  try {
    for (auto& note : weakInputs(trials, fit.model.latents() + 1, progress))
      fit.warnings.push_back(std::move(note));
  } catch (const Stopped&) {
    setStopped(fit.summary, "the look at the input");
  }
}

// What a fit in other units says of the trials themselves.
void leaveUnits(SldsFit& fit, const LdsUnits& units, double logScale, const LdsClass& kind) {
  for (double& value : fit.elbo) value -= logScale;
  for (double& value : fit.summary.cost) value += logScale;
  for (Restart& restart : fit.restarts) restart.objective -= logScale;
  if (fit.ldsLogLikelihood) *fit.ldsLogLikelihood -= logScale;
  if (fit.elbo.empty()) return;
  const Matrix change = leaveUnits(fit.model, units, kind);
  for (Matrix& x : fit.means) x = (change * x).eval();
}

}  // namespace

SldsFit fitSwitchingLds(const std::vector<Trial>& trials, const SldsOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::allowed);
  if (options.states == 1) return singleState(trials, options, progress);
  // Orthonormal C with full Q_k is free C with full Q_k (lds_class.h). With diagonal Q_k it is not: there the
  // unit of one channel belongs to the model, and all get the same.
  SldsOptions own = options;
  own.restarts = std::max<Index>(options.restarts, 1);
  LdsClass scaled = options.kind;
  if (options.kind.dynamicsNoise == LdsDynamicsNoise::full)
    own.kind.emissions = LdsEmissions::free;
  else if (options.kind.emissions == LdsEmissions::orthonormal)
    scaled.emissionNoise = LdsEmissionNoise::isotropic;
  const LdsUnits units = unitsOf(trials, scaled, progress);
  SldsFit fit = fitSeveral(inUnits(trials, units, progress), own, progress);
  leaveUnits(fit, units, logScale(trials, units), options.kind);
  addInputNotes(fit, trials, progress);
  return fit;
}

Student fitSlds(const std::vector<Trial>& trials, const SldsOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  // One state: the LDS itself, with all that it can say.
  if (options.states == 1)
    return studentOf(fitLds(trials, commonLdsOptions(options), progress), trials, options.alpha, progress);
  return studentOf(fitSwitchingLds(trials, options, progress), trials, options.alpha, progress);
}

}  // namespace keyhole
