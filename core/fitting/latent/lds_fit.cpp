#include "core/fitting/latent/lds_fit.h"

#include "core/common/error.h"
#include "core/fitting/channel_notes.h"
#include "core/fitting/latent/em_end.h"
#include "core/fitting/latent/lds_steps.h"
#include "core/fitting/latent/lds_subspace_start.h"
#include "core/fitting/run_student.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kHeywood =
    1e-6;  // of a channel's variance: noise below it says that the channel is a latent

// One start of the fit.
struct Run {
  LdsModel model;
  std::vector<double> logLikelihood;
  std::vector<Matrix> means;  // see LdsFit
  FitStatus status = FitStatus::iterationLimit;
  std::string broke;  // why it ended early, if it did
};

bool emissionsAreFixed(const LdsOptions& options) {
  return options.estimator == LdsEstimator::published || options.heldEmissions.has_value();
}

std::size_t iterationsOf(const Run& run) {
  return run.logLikelihood.empty() ? 0 : run.logLikelihood.size() - 1;
}

// The published estimator does not fit the first state: it stays at its start, N(0, I). So it is with held
// emissions, where the dynamics alone are fitted, as there.
LdsClass classOf(const LdsOptions& options) {
  LdsClass kind = options.kind;
  if (emissionsAreFixed(options)) kind.initialState = LdsInitialState::standardNormal;
  return kind;
}

// What one fit has for all of its starts.
class Em {
 public:
  Em(const std::vector<Trial>& trials, const LdsOptions& options, const Progress& progress)
      : m_data(trials, options.inputAtArrival, progress),
        m_options(options),
        m_kind(classOf(options)),
        m_smoother(m_data, m_kind.latents),
        m_emissions(m_data, m_kind) {}

  const LdsData& data() const { return m_data; }

  // The start of number `start`, from its progress bar's place `start` out of all.
  Run run(Index start, Progress& progress) {
    if (start == 0 && m_options.start == LdsStart::subspace) {
      const Run run = runFromSubspace(progress);
      if (!run.logLikelihood.empty() || run.status == FitStatus::stopped) return run;
      m_startWarning = "the start by subspace identification failed, and PCA took its place: " + run.broke;
    }
    try {
      return runFrom(startOf(m_data.trials(), m_options, seedOf(start), progress), start, progress);
    } catch (const Stopped&) {
      if (start == 0) throw;
      Run run;  // an earlier start has something to show
      run.status = FitStatus::stopped;
      return run;
    }
  }

  std::uint64_t seedOf(Index start) const { return m_options.seed + static_cast<std::uint64_t>(start); }

  const std::string& startWarning() const { return m_startWarning; }  // empty: none

 private:
  Run runFromSubspace(Progress& progress) {
    Run run;
    try {
      return runFrom(subspaceStart(m_data, m_kind, progress), 0, progress);
    } catch (const Stopped&) {
      throw;
    } catch (const std::runtime_error& error) {
      run.broke = error.what();
    }
    return run;
  }

  void moveWithin(LdsModel& start) {
    m_leastNoise = m_emissions.leastDynamicsNoise(start);
    const Vector held = start.R;
    moveWithinBounds(start, m_emissions.floors(), m_leastNoise, m_kind);
    if (emissionsAreFixed(m_options)) start.R = held;
  }

  // True if EM ends with the model before.
  bool endsBelow(double before, double value, Run& run) const {
    const double scale = std::max(std::abs(before), static_cast<double>(transitionsOf(m_data.trials())));
    const AfterStep after = afterStep(before, value, scale);
    if (after == AfterStep::broken)
      run.broke = brokenByRounding("the log-likelihood", before - value);
    else if (after == AfterStep::rounding && m_options.tolerance > 0)
      run.status = FitStatus::converged;
    else
      return false;
    return true;
  }

  Run runFrom(LdsModel next, Index start, Progress& progress) {
    Run run;
    moveWithin(next);
    for (Index iteration = 0;; ++iteration) {
      const LdsExpectations* sums = tryToSmooth(next, run, progress);
      if (!sums) return run;  // run.model is the last good one
      if (!run.logLikelihood.empty() && endsBelow(run.logLikelihood.back(), sums->logLikelihood, run))
        return run;
      run.model = next;
      run.logLikelihood.push_back(sums->logLikelihood);
      if (m_data.anyMissing() && !emissionsAreFixed(m_options)) run.means = sums->means;
      report(start, iteration, sums->logLikelihood, progress);
      if (stoodStill(run.logLikelihood, m_options.tolerance)) {
        run.status = FitStatus::converged;
        return run;
      }
      if (iteration == m_options.iterations) return run;
      if (progress.stopRequested()) {
        run.status = FitStatus::stopped;
        return run;
      }
      if (!tryToImprove(next, *sums, run, progress)) return run;
    }
  }

  // The M step; false, and what is wrong, if the sums do not allow one, or if it was stopped.
  bool tryToImprove(LdsModel& next, const LdsExpectations& sums, Run& run, const Progress& progress) {
    try {
      updateDynamics(next, sums, m_kind, m_leastNoise);
      if (!emissionsAreFixed(m_options)) m_emissions.update(next, sums, progress);
      return true;
    } catch (const Stopped&) {
      run.status = FitStatus::stopped;
      return false;
    } catch (const std::runtime_error& error) {
      run.broke = error.what();
      return false;
    }
  }

  // The expectations of a model, or nothing and what is wrong with it.
  const LdsExpectations* tryToSmooth(const LdsModel& model, Run& run, Progress& progress) {
    try {
      const LdsExpectations& sums = m_smoother.run(
          model, emissionsAreFixed(m_options) ? LdsSmoother::Need::dynamics : LdsSmoother::Need::emissions,
          progress);
      if (std::isfinite(sums.logLikelihood)) return &sums;
      run.broke = "the log-likelihood left the finite range";
    } catch (const Stopped&) {
      run.status = FitStatus::stopped;
    } catch (const std::runtime_error& error) {
      run.broke = error.what();
    }
    return nullptr;
  }

  void report(Index start, Index iteration, double value, Progress& progress) const {
    const double part = m_options.iterations > 0
                            ? static_cast<double>(iteration) / static_cast<double>(m_options.iterations)
                            : 1.0;
    progress.report((static_cast<double>(start) + part) / static_cast<double>(m_options.restarts),
                    "fitting the latent system");
    progress.objective(static_cast<int>(start), static_cast<int>(iteration), value);
  }

  LdsData m_data;
  const LdsOptions& m_options;
  LdsClass m_kind;
  LdsSmoother m_smoother;
  LdsEmissionSteps m_emissions;
  double m_leastNoise = 0;
  std::string m_startWarning;
};

void requireEnough(const LdsData& data, const LdsOptions& options) {
  const Index N = data.neurons(), m = data.inputs(), L = options.kind.latents;
  const Index varying = (data.variances().array() > 0).count();
  if (L > varying)
    throw InputError("the number of latents is " + std::to_string(L) + "; allowed: 1 to " +
                     std::to_string(varying) + ", the channels that vary");
  const Index samples = transitionsOf(data.trials()) + static_cast<Index>(data.trials().size());
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

std::vector<std::string> warningsOf(const LdsModel& model, const Vector& variances,
                                    const LdsOptions& options) {
  std::vector<Index> constant, heywood;
  for (Index i = 0; i < model.R.size(); ++i) {
    if (variances(i) <= 0)
      constant.push_back(i);
    else if (model.R(i) < kHeywood * variances(i))
      heywood.push_back(i);
  }
  std::vector<std::string> warnings;
  if (!constant.empty())
    warnings.push_back("constant channels carry no information: " + channelList(constant));
  if (!heywood.empty() && !emissionsAreFixed(options))
    warnings.push_back(
        "the noise variance went to 0 in channel " + channelList(heywood) +
        " (a Heywood case: the latents copy it, and the likelihood has no bound); a floor prevents it");
  return warnings;
}

FitSummary summaryOf(const Run& run) {
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
    summary.message = "the log-likelihood stood still after " + count;
  else if (run.status == FitStatus::stopped)
    summary.message = "stopped after " + count;
  else
    summary.message = "all " + count + " were used";
  return summary;
}

// Explained variance, and the means it rests on if they are of all.
void explain(LdsFit& fit, const LdsData& data, Progress& progress) {
  const bool known = !fit.means.empty();
  const LookedAt looked(data.trials(), fit.summary.status == FitStatus::stopped,
                        known ? kLookAfterStop : lookedAtAfterStop(fit.model.latents(), data.anyMissing()));
  if (!known)
    fit.means =
        looked.inPart()
            ? smooth(fit.model, looked.trials()).means
            : LdsSmoother(data, fit.model.latents()).run(fit.model, LdsSmoother::Need::means, progress).means;
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
void describe(LdsFit& fit, const LdsData& data, Progress& progress) {
  if (fit.summary.status == FitStatus::stopped) return explain(fit, data, noProgress());
  try {
    explain(fit, data, progress);
    for (auto& note : dependentChannels(data.trials(), progress)) fit.warnings.push_back(std::move(note));
  } catch (const Stopped&) {
    // Of the notes on channels there is then none, and the rest is complete.
    if (std::isfinite(fit.explainedVariance)) return;
    setStopped(fit.summary, "the look at what it explains");
    if (!data.anyMissing()) fit.means.clear();
    explain(fit, data, noProgress());
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
  whole("the number of restarts", options.restarts, 1);
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back("alpha is " + toText(options.alpha) + "; allowed: a number above 0 and up to 1");
  if (options.start == LdsStart::subspace && emissionsAreFixed(options))
    found.push_back("the start is subspace, and the emissions are " +
                    std::string(options.heldEmissions ? "held" : "those of the published estimator") +
                    "; allowed: pca");
  if (!(options.kind.noiseFloor > 0 && options.kind.noiseFloor < 1))
    found.push_back("the noise floor is " + toText(options.kind.noiseFloor) +
                    "; allowed: a number between 0 and 1");
  return found;
}

Index lookedAtAfterStop(Index latents, bool gaps) {
  // Nanoseconds, as measured; the filter is then done within 20 ms.
  constexpr Index kLeast = 100, kBudget = 20'000'000, kPerStep = 3000, kPerProduct = 10;
  const Index each = kPerStep + kPerProduct * latents * latents * latents;
  return gaps ? std::clamp(kBudget / each, kLeast, kLookAfterStop) : kLookAfterStop;
}

LdsFit fitLds(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::allowed);
  const auto start = Clock::now();
  Em em(trials, options, progress);
  requireEnough(em.data(), options);
  LdsFit fit;
  Run shown;
  for (Index r = 0; r < options.restarts; ++r) {
    const std::uint64_t seed = em.seedOf(r);
    Run run = em.run(r, progress);
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
    }
    if (!stopped) continue;
    shown.status = FitStatus::stopped;
    break;
  }
  if (shown.status == FitStatus::stopped && shown.logLikelihood.empty()) throw Stopped();
  fit.summary = summaryOf(shown);
  fit.logLikelihood = shown.logLikelihood;
  if (!shown.logLikelihood.empty()) {
    fit.model = std::move(shown.model);
    fit.means = std::move(shown.means);
    fit.warnings = warningsOf(fit.model, em.data().variances(), options);
    if (!shown.broke.empty()) fit.warnings.push_back(fit.summary.message);
    if (options.describe) describe(fit, em.data(), progress);
  }
  if (!em.startWarning().empty()) fit.warnings.push_back(em.startWarning());
  fit.summary.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return fit;
}

}  // namespace keyhole
