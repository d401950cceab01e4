#include "core/fitting/switching/slds_race.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr std::size_t kMost = 6;
constexpr double kRaceSteps = 72000;  // time points times discrete states times divisions
constexpr int kFirstSteps = 6;        // of each in the first round, twice as many in each further one
constexpr int kGuidedSteps = 40;      // of variational EM with recurrent switches
constexpr double kSame = 1e-3;        // nats

struct Contender {
  SldsModel model;
  std::vector<SldsPosterior> posteriors;
  double elbo = -std::numeric_limits<double>::infinity();
};

// `steps` iterations of variational EM. False if the model breaks.
bool runs(Contender& contender, int steps, const SldsBounds& bounds, const std::vector<Trial>& trials,
          const SldsOptions& options, LdsEmissionSteps& emissions, Progress& progress) {
  try {
    for (int step = 0; step < steps; ++step) {
      double elbo = logPrior(contender.model, bounds);
      for (std::size_t i = 0; i < trials.size(); ++i)
        elbo += improve(contender.posteriors[i], contender.model, trials[i], progress);
      if (!std::isfinite(elbo)) return false;
      contender.elbo = elbo;
      updateStates(contender.model, trials, contender.posteriors, options.kind, bounds, progress);
      updateEmissions(contender.model, trials, contender.posteriors, emissions, progress);
      updateTransitions(contender.model, contender.posteriors, bounds, progress);
    }
    return true;
  } catch (const Stopped&) {
    throw;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// Each once more, after iterations in which the place, too, decides on the switches, as in a recurrent model:
// states that lie apart are found so that a Markov chain, which sees the steps alone, does not find.
void addGuided(std::vector<Contender>& contenders, const SldsBounds& bounds, const std::vector<Trial>& trials,
               const SldsOptions& options, LdsEmissionSteps& emissions, Progress& progress) {
  SldsBounds recurrent = bounds;
  recurrent.transitions = SldsTransitions::recurrent;
  const std::size_t plain = contenders.size();
  for (std::size_t i = 0; i < plain; ++i) {
    progress.checkpoint(0, "comparing divisions into discrete states");
    Contender guided = contenders[i];
    if (!runs(guided, kGuidedSteps, recurrent, trials, options, emissions, progress)) continue;
    guided.model.W.resize(0, guided.model.latents());
    guided.model.w.resize(0);
    updateTransitions(guided.model, guided.posteriors, bounds, progress);
    contenders.push_back(std::move(guided));
  }
}

// The better half, each bound once.
void halve(std::vector<Contender>& contenders) {
  std::stable_sort(contenders.begin(), contenders.end(),
                   [](const Contender& a, const Contender& b) { return a.elbo > b.elbo; });
  const auto same = [](const Contender& a, const Contender& b) { return a.elbo - b.elbo < kSame; };
  contenders.erase(std::unique(contenders.begin(), contenders.end(), same), contenders.end());
  contenders.resize((contenders.size() + 1) / 2);
}

}  // namespace

std::size_t raceSize(const std::vector<Trial>& trials, const SldsOptions& options) {
  double each = 0;
  for (const auto& trial : trials) each += static_cast<double>(trial.activity.cols() * options.states);
  return std::clamp<std::size_t>(static_cast<std::size_t>(kRaceSteps / each), 1, kMost);
}

void raceOf(std::vector<SldsDivision> divisions, SldsStart& start, const std::vector<Trial>& trials,
            const SldsOptions& options, LdsEmissionSteps& emissions, Progress& progress) {
  std::vector<Contender> contenders;
  for (auto& division : divisions) {
    contenders.push_back({std::move(division.model), start.posteriors});
    for (std::size_t i = 0; i < trials.size(); ++i)
      contenders.back().posteriors[i].z = std::move(division.switches[i]);
  }
  if (options.transitions == SldsTransitions::markov && contenders.size() > 1)
    addGuided(contenders, start.bounds, trials, options, emissions, progress);
  for (int steps = kFirstSteps; contenders.size() > 1; steps *= 2) {
    progress.checkpoint(0, "comparing divisions into discrete states");
    std::erase_if(contenders, [&](Contender& contender) {
      return !runs(contender, steps, start.bounds, trials, options, emissions, progress);
    });
    if (contenders.empty()) throw std::runtime_error("no division into discrete states can be evaluated");
    halve(contenders);
  }
  start.model = std::move(contenders.front().model);
  start.posteriors = std::move(contenders.front().posteriors);
}

}  // namespace keyhole
