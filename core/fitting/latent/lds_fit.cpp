#include "core/fitting/latent/lds_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/fitting/channel_notes.h"
#include "core/fitting/input_notes.h"
#include "core/fitting/latent/lds_class.h"
#include "core/fitting/latent/lds_dynamics_em.h"
#include "core/fitting/latent/lds_ends.h"
#include "core/fitting/latent/lds_search.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/latent/lds_units.h"
#include "core/fitting/latent/noise_floor.h"
#include "core/fitting/run_student.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

bool emissionsAreFixed(const LdsOptions& options) {
  return options.estimator == LdsEstimator::published || options.heldEmissions.has_value();
}

// The published estimator does not fit the first state: it stays at its start, N(0, I). So it is with held
// emissions, where the dynamics alone are fitted, as there.
LdsClass classOf(const LdsOptions& options) {
  LdsClass kind = options.kind;
  if (emissionsAreFixed(options)) kind.initialState = LdsInitialState::standardNormal;
  return kind;
}

void requireEnough(const std::vector<Trial>& trials, const Vector& variances, const LdsOptions& options) {
  const Index N = variances.size(), m = trials.front().input.rows(), L = options.kind.latents;
  const Index varying = (variances.array() > 0).count();
  if (L > varying)
    throw InputError("the number of latents is " + std::to_string(L) + "; allowed: 1 to " +
                     std::to_string(varying) + ", the channels that vary");
  const Index samples = transitionsOf(trials) + static_cast<Index>(trials.size());
  if (samples < 2 * (L + m + 2))
    throw InputError("the recording has " + std::to_string(samples) + " time points; allowed: at least " +
                     std::to_string(2 * (L + m + 2)) + " for " + std::to_string(L) + " latents and " +
                     std::to_string(m) + " inputs");
  if (const auto& held = options.heldEmissions)
    if (held->C.rows() != N || held->C.cols() != L || held->G.rows() != N || held->G.cols() != m ||
        held->c.size() != N || held->R.size() != N)
      throw InputError("the emissions to be held are for " + std::to_string(held->C.rows()) + " neurons, " +
                       std::to_string(held->C.cols()) + " latents and " + std::to_string(held->G.cols()) +
                       " inputs; allowed: " + std::to_string(N) + ", " + std::to_string(L) + " and " +
                       std::to_string(m));
}

std::vector<std::string> warningsOf(const LdsFit& fit, const Vector& variances, const LdsOptions& options) {
  std::vector<Index> constant;
  for (Index i = 0; i < variances.size(); ++i)
    if (variances(i) <= 0) constant.push_back(i);
  std::vector<std::string> warnings;
  if (!constant.empty())
    warnings.push_back("constant channels carry no information: " + channelList(constant));
  if (emissionsAreFixed(options)) return warnings;
  for (auto& note : noiseNotes(fit.model.R, variances, options.kind)) warnings.push_back(std::move(note));
  return warnings;
}

FitSummary summaryOf(const LdsRun& run) {
  FitSummary summary;
  summary.status = run.logLikelihood.empty() ? FitStatus::diverged : run.status;
  summary.iterations = static_cast<int>(iterationsOf(run));
  for (const double value : run.logLikelihood) summary.cost.push_back(-value);
  const std::string count =
      std::to_string(summary.iterations) + (summary.iterations == 1 ? " iteration" : " iterations");
  if (run.logLikelihood.empty())
    summary.message = "the start cannot be evaluated: " + run.broke;
  else if (!run.broke.empty())
    summary.message = "ended after " + count + ", the last good ones: " + run.broke;
  else if (run.status == FitStatus::converged)
    summary.message = run.ending + " after " + count;
  else if (run.status == FitStatus::stopped)
    summary.message = "stopped after " + count;
  else
    summary.message = "all " + count + " were used";
  return summary;
}

// Explained variance, and the means it rests on if they are of all.
void explain(LdsFit& fit, const std::vector<Trial>& trials, Progress& progress) {
  const bool known = !fit.means.empty();
  const LookedAt looked(trials, fit.summary.status == FitStatus::stopped,
                        known ? kLookAfterStop : lookedAtAfterStop(fit.model.latents(), anyMissing(trials)));
  if (!known) fit.means = smooth(fit.model, looked.trials(), looked.inPart() ? noProgress() : progress).means;
  const auto rebuilt = [&](std::size_t k, Index first, Index count) -> Matrix {
    Matrix y = (fit.model.C * fit.means[k].middleCols(first, count)).colwise() + fit.model.c;
    if (fit.model.inputs() > 0)
      y.noalias() += fit.model.G * looked.trials()[k].input.middleCols(first, count);
    return y;
  };
  fit.explainedVariance = explainedVariance(rebuilt, looked.trials(), progress);
  if (looked.inPart() && !known) fit.means.clear();
}

// What is said of the fit beside its parameters. If a stop comes here, of a part of the trials.
void describe(LdsFit& fit, const std::vector<Trial>& trials, Progress& progress) {
  if (fit.summary.status == FitStatus::stopped) return explain(fit, trials, noProgress());
  try {
    explain(fit, trials, progress);
    for (auto& note : dependentChannels(trials, progress)) fit.warnings.push_back(std::move(note));
    for (auto& note : weakInputs(trials, fit.model.latents() + 1, progress))
      fit.warnings.push_back(std::move(note));
  } catch (const Stopped&) {
    // Of the notes there is then a part, and the rest is complete.
    if (std::isfinite(fit.explainedVariance)) return;
    setStopped(fit.summary, "the look at what it explains");
    if (!anyMissing(trials)) fit.means.clear();
    explain(fit, trials, noProgress());
  }
}

}  // namespace

Matrix paperScaling(ConstMatrixRef F, double alpha) {
  return (F - (1.0 - alpha) * Matrix::Identity(F.rows(), F.cols())) / alpha;
}

std::vector<std::string> problems(const LdsOptions& options) {
  std::vector<std::string> found;
  const auto whole = [&found](const char* name, Index value, Index least) {
    if (value < least)
      found.push_back(std::string(name) + " is " + std::to_string(value) + "; allowed: at least " +
                      std::to_string(least));
  };
  whole("the number of latents", options.kind.latents, 1);
  whole("the number of iterations", options.iterations, 0);
  whole("the number of restarts", options.restarts, 0);
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back("alpha is " + toText(options.alpha) + "; allowed: a number above 0 and up to 1");
  const bool usual = options.start == LdsStart::several || options.start == LdsStart::pca;
  if (!usual && emissionsAreFixed(options))
    found.push_back("the start is " + nameOf(options.start) + ", and the emissions are " +
                    std::string(options.heldEmissions ? "held" : "those of the published estimator") +
                    "; allowed: none");
  if (!(options.kind.noiseFloor > 0 && options.kind.noiseFloor < 1))
    found.push_back("the noise floor is " + toText(options.kind.noiseFloor) +
                    "; allowed: a number between 0 and 1");
  return found;
}

Index startsOf(const LdsOptions& options) {
  if (options.warmStart) return 1;
  if (options.restarts > 0) return options.restarts;
  return !emissionsAreFixed(options) && options.start == LdsStart::several ? 5 : 1;
}

std::string nameOf(LdsStart start) {
  switch (start) {
    case LdsStart::several:
      return "several starts";
    case LdsStart::subspace:
      return "subspace identification";
    case LdsStart::pca:
      return "principal components";
    case LdsStart::factors:
      return "factor analysis";
    case LdsStart::annealed:
      return "falling noise floors";
    case LdsStart::channels:
      return "followed channels";
    case LdsStart::random:
      return "random dynamics";
  }
  return {};
}

Index lookedAtAfterStop(Index latents, bool gaps) {
  // Nanoseconds, as measured; the filter is then done within 20 ms.
  constexpr Index kLeast = 100, kBudget = 20'000'000, kPerStep = 3000, kPerProduct = 10;
  const Index each = kPerStep + kPerProduct * latents * latents * latents;
  return gaps ? std::clamp(kBudget / each, kLeast, kLookAfterStop) : kLookAfterStop;
}

namespace {

ComplexVector inPaperScaling(const ComplexVector& ofF, double alpha) {
  return (ofF.array() - (1 - alpha)) / alpha;
}

// What is left of the rise, and how the starts ended.
void say(LdsFit& fit, const LdsEnds& ends) {
  if (fit.summary.status == FitStatus::iterationLimit && std::isfinite(fit.promisedRise))
    fit.summary.message += "; the gradient there still promises " + twoDigits(fit.promisedRise) + " nats";
  if (!ends.agreement.empty()) fit.summary.message += "; " + ends.agreement;
  if (!ends.others.empty()) fit.warnings.push_back(ends.others);
}

// Of held emissions: the first start is shown (published), or the best.
LdsFit fitDynamics(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress) {
  const LdsData data(trials, options.inputAtArrival, progress);
  LdsDynamicsEm em(data, options, classOf(options));
  LdsFit fit;
  LdsRun shown;
  for (Index r = 0; r < startsOf(options); ++r) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(r);
    LdsRun run = em.run(r, seed, progress);
    const bool stopped = run.status == FitStatus::stopped;
    if (!run.logLikelihood.empty())
      fit.restarts.push_back(
          {seed, eigenvalues(paperScaling(run.model.F, options.alpha)), run.logLikelihood.back()});
    const bool better =
        !run.logLikelihood.empty() &&
        (shown.logLikelihood.empty() ||
         (options.estimator == LdsEstimator::exact && run.logLikelihood.back() > shown.logLikelihood.back()));
    if (r == 0 || better) {
      shown = std::move(run);
      fit.seed = seed;
      fit.shown = fit.restarts.empty() ? 0 : fit.restarts.size() - 1;
    }
    if (!stopped) continue;
    shown.status = FitStatus::stopped;
    break;
  }
  if (shown.status == FitStatus::stopped && shown.logLikelihood.empty()) throw Stopped();
  fit.summary = summaryOf(shown);
  if (!shown.broke.empty() && !shown.logLikelihood.empty()) fit.warnings.push_back(fit.summary.message);
  fit.logLikelihood = std::move(shown.logLikelihood);
  fit.model = std::move(shown.model);
  return fit;
}

// What is known of the latents, in the units in which they were found: with missing samples always.
void addMeans(LdsFit& fit, const LdsModel& model, const LdsData& data, bool described, Progress& progress) {
  if (fit.summary.status == FitStatus::stopped || !(described || data.anyMissing())) return;
  try {
    fit.means = LdsSmoother(data, model.latents()).run(model, LdsSmoother::Need::means, progress).means;
  } catch (const Stopped&) {  // while the fit is described it is told again
    fit.means.clear();
  }
}

// Of all parameters, in units of the channels; written as the class that was asked for.
LdsFit fitAll(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress) {
  const LdsUnits units = unitsOf(trials, options.kind, progress);
  const std::vector<Trial> own = inUnits(trials, units, progress);
  const LdsData data(own, options.inputAtArrival, progress);
  LdsOptions inOwnUnits = options;
  if (options.warmStart) inOwnUnits.warmStart = intoUnits(*options.warmStart, units);
  LdsSearchResult found = searchLds(data, inOwnUnits, progress);
  const double scale = logScale(trials, units);
  LdsFit fit;
  for (auto& start : found.starts)
    fit.restarts.push_back({start.seed, inPaperScaling(start.eigenvalues, options.alpha),
                            start.logLikelihood - scale, nameOf(start.from), start.status,
                            static_cast<int>(start.steps), start.givenUp});
  for (double& value : found.run.logLikelihood) value -= scale;
  fit.summary = summaryOf(found.run);
  fit.logLikelihood = std::move(found.run.logLikelihood);
  if (fit.logLikelihood.empty()) return fit;
  // One of several that fails is no loss that a user must know of before all else.
  if (options.start != LdsStart::several) fit.warnings = found.failed;
  if (!found.run.broke.empty()) fit.warnings.push_back(fit.summary.message);
  fit.shown = found.best;
  fit.seed = found.starts[found.best].seed;
  if (std::isfinite(found.starts[found.best].promised)) fit.promisedRise = found.starts[found.best].promised;
  addMeans(fit, found.run.model, data, options.describe, progress);
  fit.model = outOfUnits(std::move(found.run.model), units);
  try {
    LdsInClass written = writtenAs(fit.model, options.kind);
    fit.model = std::move(written.model);
    for (Matrix& x : fit.means) x = (written.change * x).eval();
  } catch (const std::runtime_error& error) {
    fit.warnings.push_back("the fit is written with free emissions: " + std::string(error.what()));
  }
  say(fit, endsOf(fit.restarts, fit.shown));
  if (options.start == LdsStart::several)
    for (const auto& start : found.failed) fit.summary.message += "; " + start;
  return fit;
}

}  // namespace

LdsFit fitLds(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::allowed);
  const auto start = Clock::now();
  const Vector variances = channelVariances(trials, progress);
  requireEnough(trials, variances, options);
  const bool held = emissionsAreFixed(options);
  LdsFit fit = held ? fitDynamics(trials, options, progress) : fitAll(trials, options, progress);
  if (!fit.logLikelihood.empty()) {
    if (!held) fit.noiseFloor = floorOf(fit.model.R, variances, options.kind);
    auto own = warningsOf(fit, variances, options);
    fit.warnings.insert(fit.warnings.begin(), own.begin(), own.end());
    if (options.describe) describe(fit, trials, progress);
  }
  fit.summary.seconds = secondsSince(start);
  return fit;
}

}  // namespace keyhole
