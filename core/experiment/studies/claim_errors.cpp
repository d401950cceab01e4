#include "core/experiment/studies/claim_errors.h"

#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/experiment/experiment_stages.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/fitting/resampling/slow_time.h"
#include "core/linalg/eigen.h"

#include <Eigen/QR>

#include <chrono>
#include <mutex>
#include <optional>

namespace keyhole {
namespace {

constexpr std::uint64_t kSeed = 1;  // of the draws: they are no choice of anybody
constexpr Index kComponents = 3;    // principal components that are looked at for the slow time

// The left eigenvectors of the leading mode as rows over the seen units: real and imaginary part. Of a latent
// student through the pseudo-inverse of its emission.
Matrix ownSlowDirections(const Student& student, Index neurons) {
  const EigenSystem left = eigenSystem(student.A.transpose());
  Index slowest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < left.values.size(); ++i) {
    const double rate = -mapExponent(left.values(i), student.alpha).real();
    if (rate < least) {
      least = rate;
      slowest = i;
    }
  }
  Matrix own(left.values(slowest).imag() != 0 ? 2 : 1, student.A.rows());
  own.row(0) = left.vectors.col(slowest).real().transpose();
  if (own.rows() > 1) own.row(1) = left.vectors.col(slowest).imag().transpose();
  if (student.emission) return own * student.emission->C.completeOrthogonalDecomposition().pseudoInverse();
  return own.leftCols(neurons);
}

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

ClaimErrors notOffered(std::string why) {
  ClaimErrors errors;
  errors.why = std::move(why);
  errors.complete = true;
  return errors;
}

}  // namespace

std::string nameOf(Claim claim) {
  switch (claim) {
    case Claim::grows:
      return "a mode that grows";
    case Claim::lineAttractor:
      return "a line attractor";
    case Claim::persistence:
      return "persistent modes";
    case Claim::nothing:
      break;
  }
  return "no persistent mode";
}

Claim claimOf(const Spectrum& spectrum, const VerdictOptions& options) {
  const LineAttractorScore score = lineAttractorScore(spectrum);
  const LastingModes modes = lastingModes(spectrum, score, options);
  if (modes.persistent == 0) return Claim::nothing;
  if (modes.leading.grows()) return Claim::grows;
  return modes.single && score.value >= options.scoreThreshold ? Claim::lineAttractor : Claim::persistence;
}

ClaimErrors claimErrors(const Student& student, const std::vector<Trial>& trials, const Settings& settings,
                        Index draws, Progress& progress, const ClaimErrorSink& sink) {
  const FitMethod& method = fitMethod(settings);
  if (!method.resampling)
    return notOffered("no intervals are offered for " + method.label +
                      ": a fit of resampled blocks would be another fit, from another start");
  if (!hasParameters(student.summary.status)) return notOffered("no intervals: the fit has no parameters");
  const Resampling resampling = method.resampling(settings, trials);
  ClaimErrors errors;
  errors.asked = draws;
  DrawnFit fit;
  try {
    BlockOptions needs = resampling.needs;
    const Matrix own = ownSlowDirections(student, trials.front().activity.rows());
    needs.slowTime = slowTime(trials, slowDirections(trials, kComponents, own), progress);
    const BlockPlan plan = planBlocks(trials, needs);
    errors.slowTime = plan.slowTime;
    errors.why = plan.why;
    errors.oneSided = plan.oneSided;
    errors.blocks = static_cast<Index>(plan.blocks.size());
    errors.blockSteps = plan.length;
    errors.offered = errors.blocks > 0;
    errors.complete = !errors.offered;
    if (!errors.offered || draws == 0) return errors;
    fit = resampling.prepare(plan.blocks, progress);
  } catch (const Stopped&) {
    return errors;
  }
  return Draws(std::move(errors), student.alpha, progress, sink).run(fit);
}

std::shared_ptr<const Experiment> withClaimErrors(const std::shared_ptr<const Experiment>& complete,
                                                  const Experiment* previous, Progress& progress,
                                                  const ExperimentSink& sink) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kPause(300);  // between two pictures
  const Settings& settings = complete->settings;
  if (!isRecording(settings) || !complete->studentAnalysis ||
      complete->fit->student.summary.status == FitStatus::stopped)
    return complete;
  auto result = complete;
  const auto give = [&](const ClaimErrors& errors) {
    auto next = std::make_shared<Experiment>(*complete);
    next->claim = std::make_shared<const ClaimStudy>(
        ClaimStudy{errors, summaryOf(errors, complete->studentAnalysis->spectrum, verdictOptions(settings))});
    result = next;
    if (sink) sink(next);
  };
  const Index draws = settings.integer("analysis.resamples");
  const bool known = previous && previous->claim && previous->fit == complete->fit &&
                     previous->claim->errors.complete && previous->claim->errors.asked == draws;
  if (known) {
    give(previous->claim->errors);
    return result;
  }
  auto last = Clock::now();
  const auto trials = stages::fittedTrials(*complete, progress);
  give(
      claimErrors(complete->fit->student, trials, settings, draws, progress, [&](const ClaimErrors& growing) {
        if (growing.complete || Clock::now() - last < kPause) return;
        last = Clock::now();
        give(growing);
      }));
  return result;
}

}  // namespace keyhole
