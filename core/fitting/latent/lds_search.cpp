#include "core/fitting/latent/lds_search.h"

#include "core/fitting/latent/lds_class.h"
#include "core/fitting/latent/lds_subspace_start.h"
#include "core/fitting/latent/lds_units.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace keyhole {
namespace {

constexpr Index kFirstSteps = 10;                 // of every start, before the best of them goes on
constexpr Index kLeastSteps = 15;                 // of every start, before it is given up
constexpr double kFloors[] = {0.01, 0.001};       // of a channel's variance, for the annealed start
constexpr std::size_t kChoices = 8;               // of channels that latents follow, which …
constexpr Index kFirstRace = 2, kSecondRace = 5;  // … take so many steps, and then …
constexpr std::size_t kRacing = 2;                // … so many of them some more
constexpr Index kCrawling = 100;                  // of the followed channels, behind another start
constexpr double kPassing = 100;                  // nats: a floor that promises less has done its part
constexpr double kFar = 100;       // nats, and times what it promises: further below, a start is given up
constexpr double kPromise = 1;     // nats; a start that promises less, and less than
constexpr double kSettled = 1e-3;  // … of its distance from the best end, has settled below it
constexpr double kSameEnd = 1;     // nats: so near to the best end, and promising to reach it, a start has

Index samplesOf(const LdsData& data) {
  return data.neurons() * (transitionsOf(data.trials()) + std::ssize(data.trials()));
}

struct Candidate {
  LdsStart from = LdsStart::pca;
  std::uint64_t seed = 0;
  std::unique_ptr<LdsAscent> ascent;
  std::string broke;  // why there is none, or another one
  bool givenUp = false, settled = false;
  bool isLeftBelow = false;  // settled, but not at rest: what holds it there may let it go after long
};

class Search {
 public:
  Search(const LdsData& data, const LdsOptions& options, Progress& progress)
      : m_data(data),
        m_options(options),
        m_progress(progress),
        m_forStarts(samplesOf(data) > kShortRecording ? progress : noProgress()),
        m_ground(data, freeClassOf(options.kind)),
        m_stable(options.kind.stable) {
    m_options.kind = m_ground.kind;
    m_ground.kind.stable = false;
    plan();
  }

  LdsSearchResult run() {
    try {
      for (auto& candidate : m_candidates) begin(candidate, [&] { return startOfKind(candidate); });
      if (!m_candidates.front().ascent && m_options.start != LdsStart::several) {
        m_candidates.front().from = LdsStart::pca;
        begin(m_candidates.front(), [&] { return startOfKind(m_candidates.front()); });
        m_candidates.front().from = m_options.start;
      }
      finish();
      if (m_stable && best() && spectralRadius(best()->ascent->model().F) > 1) goOnWithBound();
    } catch (const Stopped&) {
      if (!best()) throw;
      m_stopped = true;
    }
    return collected();
  }

 private:
  void plan() {
    std::vector<LdsStart> kinds = {m_options.start};
    if (m_options.start == LdsStart::several)
      kinds = {LdsStart::subspace, LdsStart::pca, LdsStart::factors, LdsStart::annealed, LdsStart::channels};
    const auto count = static_cast<std::size_t>(startsOf(m_options));
    m_candidates.resize(count);
    std::uint64_t seed = m_options.seed;
    for (std::size_t i = 0; i < count; ++i) {
      m_candidates[i].from = i < kinds.size() ? kinds[i] : LdsStart::random;
      m_candidates[i].seed = m_candidates[i].from == LdsStart::random ? seed++ : m_options.seed;
    }
  }

  LdsModel startOfKind(const Candidate& candidate) {
    if (m_options.warmStart) return *m_options.warmStart;
    const auto& trials = m_data.trials();
    switch (candidate.from) {
      case LdsStart::subspace: {
        if (!m_data.anyMissing()) return subspaceStart(m_data, m_ground.kind, m_forStarts);
        const std::vector<Trial> filled = interpolated(trials, m_forStarts);
        return subspaceStart(LdsData(filled, m_data.inputAtArrival(), m_forStarts), m_ground.kind,
                             m_forStarts);
      }
      case LdsStart::factors:
        return factorStartOf(trials, m_options, m_progress);
      case LdsStart::channels:
        return following();
      case LdsStart::annealed:
        return annealed(startOf(trials, m_options, candidate.seed, m_progress));
      case LdsStart::random:
        return randomStartOf(trials, m_options, candidate.seed, m_progress);
      default:
        return startOf(trials, m_options, candidate.seed, m_progress);
    }
  }

  LdsAscent::Goal goal() const {
    const bool never = !(m_options.tolerance > 0);
    return {never ? 0.0 : m_options.rest, m_options.tolerance};
  }

  // A few steps under each floor above the fit's own, as long as they promise much.
  LdsModel annealed(LdsModel model) {
    const LdsClass& own = m_ground.kind;
    const double last = own.emissionNoise == LdsEmissionNoise::floored ? own.noiseFloor : 0;
    for (const double floor : kFloors) {
      if (floor <= last) break;
      LdsClass kind = own;
      kind.emissionNoise = LdsEmissionNoise::floored;
      kind.noiseFloor = floor;
      LdsGround ground(m_data, kind);
      const LdsAscent::Goal passing{goal().rest > 0 ? kPassing : 0.0, m_options.tolerance};
      LdsAscent ascent(ground, std::move(model), passing, m_forStarts);
      while (!ascent.ended() && ascent.steps() < kFirstSteps) {
        m_forStarts.throwIfStopped();
        ascent.advance(m_forStarts);
      }
      model = ascent.model();
    }
    return model;
  }

  // The likelihood after a few steps tells the choices of channels apart better than what they leave alone.
  LdsModel following() {
    std::vector<LdsModel> models = channelStartsOf(m_data.trials(), m_options, kChoices, m_forStarts);
    if (models.empty()) throw std::runtime_error("there are as many latents as channels");
    for (const Index steps : {kFirstRace, kSecondRace}) {
      std::vector<std::pair<double, std::size_t>> order;
      for (std::size_t i = 0; i < models.size(); ++i) {
        LdsAscent ascent(m_ground, std::move(models[i]), goal(), m_forStarts);
        while (!ascent.ended() && ascent.steps() < std::min(steps, m_options.iterations)) {
          m_forStarts.throwIfStopped();
          ascent.advance(m_forStarts);
        }
        models[i] = ascent.model();
        order.emplace_back(-ascent.logLikelihood(), i);
      }
      std::sort(order.begin(), order.end());
      std::vector<LdsModel> ahead;
      const std::size_t kept = steps == kSecondRace ? 1 : kRacing;
      for (std::size_t i = 0; i < std::min(kept, order.size()); ++i)
        ahead.push_back(std::move(models[order[i].second]));
      models = std::move(ahead);
    }
    return std::move(models.front());
  }

  template <class MakeStart>
  void begin(Candidate& candidate, MakeStart&& makeStart) {
    try {
      candidate.ascent = std::make_unique<LdsAscent>(m_ground, makeStart(), goal(), m_forStarts);
    } catch (const Stopped&) {
      throw;
    } catch (const std::runtime_error& error) {
      candidate.broke = error.what();
      return;
    }
    report(candidate);
    m_progress.throwIfStopped();
    const Index first = m_candidates.size() > 1 ? kFirstSteps : m_options.iterations;
    while (!candidate.ascent->ended() && candidate.ascent->steps() < std::min(first, m_options.iterations))
      advance(candidate);
  }

  void finish() {
    std::vector<Candidate*> order;
    for (auto& candidate : m_candidates)
      if (candidate.ascent) order.push_back(&candidate);
    std::stable_sort(order.begin(), order.end(), [](const Candidate* a, const Candidate* b) {
      return a->ascent->logLikelihood() > b->ascent->logLikelihood();
    });
    for (Candidate* candidate : order) {
      LdsAscent& ascent = *candidate->ascent;
      ascent.resume();
      while (!ascent.ended() && !candidate->settled && ascent.steps() < m_options.iterations) {
        advance(*candidate);
        compare(*candidate);
        if (candidate->givenUp) break;
      }
    }
  }

  // With the best one so far, if that has come to rest.
  void compare(Candidate& candidate) const {
    const Candidate& ahead = *best();
    if (&candidate == &ahead || !ahead.ascent->ended()) return;
    const double left = ahead.ascent->logLikelihood() - candidate.ascent->logLikelihood();
    const double promised = candidate.ascent->promised();
    const bool below = promised < kPromise && promised < kSettled * left;
    candidate.settled = below || (left < kSameEnd && promised < kSameEnd && promised > left / 3);
    candidate.isLeftBelow = candidate.settled && left >= kSameEnd;
    const Index steps = candidate.ascent->steps();
    // Latents that follow channels too closely leave them step by step.
    const bool crawls = candidate.from == LdsStart::channels && steps >= kCrawling;
    candidate.givenUp =
        !candidate.settled && steps >= kLeastSteps && (crawls || left > kFar * std::max(promised, 1.0));
  }

  void goOnWithBound() {
    m_ground.kind.stable = true;
    for (auto& candidate : m_candidates) {
      candidate.givenUp = false;
      if (!candidate.ascent) continue;
      const LdsModel end = candidate.ascent->model();
      candidate.ascent.reset();  // its likelihood is of another class
      begin(candidate, [&] { return end; });
    }
    finish();
  }

  void advance(Candidate& candidate) {
    candidate.ascent->advance(m_progress);
    if (candidate.ascent->ended()) return;
    report(candidate);
    m_progress.throwIfStopped();
  }

  const Candidate* best() const {
    const Candidate* found = nullptr;
    for (const auto& candidate : m_candidates)
      if (candidate.ascent && (!found || candidate.ascent->logLikelihood() > found->ascent->logLikelihood()))
        found = &candidate;
    return found;
  }

  void report(const Candidate& candidate) {
    const auto place = static_cast<double>(&candidate - m_candidates.data());
    const double part = m_options.iterations > 0 ? static_cast<double>(candidate.ascent->steps()) /
                                                       static_cast<double>(m_options.iterations)
                                                 : 1.0;
    m_progress.report((place + part) / static_cast<double>(m_candidates.size()), "fitting the latent system");
    m_progress.objective(static_cast<int>(place), static_cast<int>(candidate.ascent->steps()),
                         candidate.ascent->logLikelihood());
  }

  LdsSearchResult collected() const;

  const LdsData& m_data;
  LdsOptions m_options;
  Progress& m_progress;
  Progress& m_forStarts;  // of a short recording the first evaluation is there whatever the user wishes
  LdsGround m_ground;
  bool m_stable;
  std::vector<Candidate> m_candidates;
  bool m_stopped = false;
};

LdsSearchResult Search::collected() const {
  LdsSearchResult result;
  const Candidate* shown = best();
  for (const auto& candidate : m_candidates) {
    if (!candidate.broke.empty())
      result.failed.push_back("the start by " + nameOf(candidate.from) + " failed" +
                              (candidate.ascent ? ", and PCA took its place" : "") + ": " + candidate.broke);
    if (!candidate.ascent) continue;
    const LdsAscent& ascent = *candidate.ascent;
    if (&candidate == shown) result.best = result.starts.size();
    LdsStartEnd end{candidate.from,         candidate.seed,    eigenvalues(ascent.model().F),
                    ascent.logLikelihood(), ascent.promised(), ascent.steps(),
                    ascent.status(),        candidate.givenUp};
    if (candidate.isLeftBelow)
      end.givenUp = end.givenUp || !ascent.ended();
    else if (candidate.settled)
      end.status = FitStatus::converged;
    if (m_stopped && !ascent.ended() && !candidate.givenUp && !candidate.settled)
      end.status = FitStatus::stopped;
    result.starts.push_back(std::move(end));
  }
  if (!shown) {
    result.run.broke = result.failed.empty() ? "there is none" : result.failed.front();
    return result;
  }
  const LdsAscent& ascent = *shown->ascent;
  result.run = {ascent.model(), ascent.logLikelihoods(), m_stopped ? FitStatus::stopped : ascent.status(),
                ascent.broke(), ascent.ending()};
  return result;
}

}  // namespace

LdsSearchResult searchLds(const LdsData& data, const LdsOptions& options, Progress& progress) {
  return Search(data, options, progress).run();
}

}  // namespace keyhole
