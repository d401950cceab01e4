#include "core/experiment/studies/claim_errors.h"

#include "core/analysis/comparison/slow_direction.h"
#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/fitting/latent/lds_units.h"
#include "core/fitting/resampling/slow_time.h"

#include <chrono>
#include <mutex>
#include <optional>

namespace keyhole {
namespace {

constexpr std::uint64_t kSeed = 1;  // of the draws: they are no choice of anybody
constexpr Index kComponents = 3;    // principal components that are looked at for the slow time

// One slot per draw: what it gave, or that it failed.
struct Slot {
  bool made = false;
  std::optional<Spectrum> spectrum;
};

class Draws {
 public:
  Draws(ClaimErrors errors, double alpha, Progress& progress, const ClaimErrorSink& sink)
      : m_errors(std::move(errors)),
        m_alpha(alpha),
        m_progress(progress),
        m_sink(sink),
        m_slots(static_cast<std::size_t>(m_errors.asked)) {}

  ClaimErrors run(const DrawnFit& fit) {
    try {
      parallelFor(
          m_slots.size(), [&](std::size_t i) { draw(i, fit); }, [&] { tick(); });
    } catch (const Stopped&) {
      return collected();
    }
    ClaimErrors all = collected();
    all.complete = true;
    if (m_sink) m_sink(all);
    return all;
  }

 private:
  void draw(std::size_t i, const DrawnFit& fit) {
    m_progress.throwIfStopped();
    Slot slot{true, {}};
    try {
      const Vector counts = drawnCounts(static_cast<std::size_t>(m_errors.blocks), kSeed, i);
      slot.spectrum = spectrumOf(fit(counts), false, m_alpha);
    } catch (const Stopped&) {
      throw;
    } catch (const std::runtime_error&) {
      // Counted as failed.
    }
    const std::lock_guard lock(m_mutex);
    m_slots[i] = std::move(slot);
    ++m_done;
  }

  void tick() {
    std::size_t done = 0;
    {
      const std::lock_guard lock(m_mutex);
      done = m_done;
    }
    m_progress.checkpoint(static_cast<double>(done) / static_cast<double>(m_slots.size()), "resampling");
    if (m_sink) m_sink(collected());
  }

  ClaimErrors collected() {
    const std::lock_guard lock(m_mutex);
    ClaimErrors all = m_errors;
    for (const Slot& slot : m_slots) {
      if (slot.spectrum) all.spectra.push_back(*slot.spectrum);
      all.failed += slot.made && !slot.spectrum;
    }
    return all;
  }

  ClaimErrors m_errors;
  double m_alpha;
  Progress& m_progress;
  const ClaimErrorSink& m_sink;
  std::vector<Slot> m_slots;
  std::mutex m_mutex;  // guards the slots and the count
  std::size_t m_done = 0;
};

ClaimErrors notOffered(std::string why, Index asked) {
  ClaimErrors errors;
  errors.asked = asked;
  errors.why = std::move(why);
  errors.complete = true;
  return errors;
}

// Over gaps on straight lines: that makes it slower rather than faster. In units of each channel, so that
// theirs are no matter.
double slowTimeOf(std::vector<Trial> trials, ComplexVector own, const Progress& progress) {
  if (anyMissing(trials)) trials = interpolated(trials, progress);
  const Vector variances = channelVariances(trials, progress);
  const Vector perDeviation = (variances.array() > 0).select(variances.cwiseSqrt().cwiseInverse(), 1.0);
  for (Trial& trial : trials) trial.activity = perDeviation.asDiagonal() * trial.activity;
  if (own.size() > 0) own = perDeviation.asDiagonal() * own;
  return slowTime(trials, slowDirections(trials, kComponents, own), progress);
}

}  // namespace

std::string nameOf(Claim claim) {
  switch (claim) {
    case Claim::grows:
      return "a mode that grows";
    case Claim::lineAttractor:
      return "an approximate line attractor";
    case Claim::persistence:
      return "modes that last";
    case Claim::nothing:
      break;
  }
  return "no persistent mode";
}

Claim claimOf(const Spectrum& spectrum, const VerdictOptions& options) {
  const LineAttractorScore score = lineAttractorScore(spectrum);
  const LastingModes modes = lastingModes(spectrum, score, options);
  if (modes.persistent == 0) return Claim::nothing;
  if (modes.growing > 0) return Claim::grows;
  const bool line = modes.single && !modes.leading.grows();
  return line && score.value >= options.scoreThreshold ? Claim::lineAttractor : Claim::persistence;
}

ClaimErrors claimErrors(const Student& student, const std::vector<Trial>& trials, const Settings& settings,
                        Index draws, Progress& progress, const ClaimErrorSink& sink) {
  const FitMethod& method = fitMethod(settings);
  if (!method.resampling)
    return notOffered("no intervals are offered for " + method.label +
                          ": a fit of resampled blocks would be another fit, from another start",
                      draws);
  if (!hasParameters(student.summary.status))
    return notOffered("no intervals: the fit has no parameters", draws);
  if (method.resamplesOnDemand && draws == 0)
    return notOffered("no intervals of " + method.label +
                          " were asked for: each resample costs a whole fit; ask for them with "
                          "--resample-fits 50 or analysis.resample_fits",
                      draws);
  const Resampling resampling = method.resampling(settings, trials, student);
  ClaimErrors errors;
  errors.asked = draws;
  errors.atZero = !isAffine(systemOf(student));
  DrawnFit fit;
  try {
    BlockOptions needs = resampling.needs;
    const ComplexVector own = slowDirection(student, trials.front().activity.rows());
    needs.slowTime = slowTimeOf(trials, own, progress);
    const BlockPlan plan = planBlocks(trials, needs);
    errors.slowTime = plan.slowTime;
    errors.why = plan.why;
    errors.oneSided = plan.oneSided;
    errors.blocks = static_cast<Index>(plan.blocks.size());
    errors.blockSteps = plan.length;
    errors.offered = errors.blocks > 0;
    errors.complete = !errors.offered || draws == 0;
    if (errors.complete) return errors;
    fit = resampling.prepare(plan.blocks, progress);
  } catch (const Stopped&) {
    return errors;
  }
  return Draws(std::move(errors), student.alpha, progress, sink).run(fit);
}

ClaimedMemory claimedMemoryOf(const Student& student, const std::vector<Trial>& trials,
                              const Settings& settings, Index simulations, Progress& progress) {
  const FitMethod& method = fitMethod(settings);
  if (!method.resampling || method.resamplesOnDemand) {
    ClaimedMemory memory;
    memory.why = "no prediction is made for " + method.label + ": each simulation would be a whole fit";
    return memory;
  }
  const Refit refit = [&settings](const std::vector<Trial>& simulated) {
    return fitTrials(settings, simulated, noProgress());
  };
  return claimedMemory(student, trials, refit, simulations, progress);
}

namespace {

// The study of one experiment, part after part.
class Study {
 public:
  Study(std::shared_ptr<const Experiment> complete, const Experiment* previous, Progress& progress,
        const ExperimentSink& sink)
      : m_complete(std::move(complete)),
        m_settings(m_complete->settings),
        m_progress(progress),
        m_sink(sink) {
    if (previous && previous->claim && previous->fit == m_complete->fit) m_known = previous->claim;
  }

  std::shared_ptr<const Experiment> run() {
    const Index draws = resamplesOf(m_settings), simulations = m_settings.integer("analysis.simulations");
    const bool drawn = m_known && m_known->errors.complete && m_known->errors.asked == draws;
    const bool simulated = m_known && m_known->memory && m_known->simulations == simulations;
    if (!drawn || (!simulated && simulations > 0)) m_trials = stages::fittedTrials(*m_complete, m_progress);
    m_study.simulations = simulations;
    if (simulated) m_study.memory = m_known->memory;
    if (drawn) {
      give(m_known->errors);
    } else {
      give(claimErrors(m_complete->fit->student, m_trials, m_settings, draws, m_progress,
                       [this](const ClaimErrors& growing) { giveSome(growing); }));
    }
    if (!m_study.errors.complete || m_study.memory || simulations == 0) return m_result;
    try {
      m_study.memory =
          claimedMemoryOf(m_complete->fit->student, m_trials, m_settings, simulations, m_progress);
    } catch (const Stopped&) {
      return m_result;
    }
    give(m_study.errors);
    return m_result;
  }

 private:
  void giveSome(const ClaimErrors& growing) {
    constexpr std::chrono::milliseconds kPause(300);  // between two pictures
    if (growing.complete || Clock::now() - m_last < kPause) return;
    m_last = Clock::now();
    give(growing);
  }

  void give(const ClaimErrors& errors) {
    m_study.errors = errors;
    m_study.summary = summaryOf(errors, m_complete->studentAnalysis->spectrum, verdictOptionsOf(*m_complete));
    auto next = std::make_shared<Experiment>(*m_complete);
    next->claim = std::make_shared<const ClaimStudy>(m_study);
    m_result = next;
    if (m_sink) m_sink(next);
  }

  std::shared_ptr<const Experiment> m_complete, m_result;
  const Settings& m_settings;
  Progress& m_progress;
  const ExperimentSink& m_sink;
  std::shared_ptr<const ClaimStudy> m_known;  // of the same fit
  ClaimStudy m_study;
  std::vector<Trial> m_trials;
  Clock::time_point m_last = Clock::now();
};

}  // namespace

std::shared_ptr<const Experiment> withClaimErrors(const std::shared_ptr<const Experiment>& complete,
                                                  const Experiment* previous, Progress& progress,
                                                  const ExperimentSink& sink) {
  if (!isRecording(complete->settings) || !complete->studentAnalysis ||
      complete->fit->student.summary.status == FitStatus::stopped)
    return complete;
  return Study(complete, previous, progress, sink).run();
}

}  // namespace keyhole
