// How often the intervals of a recording's claim (claim_errors.h) hold what they should hold: the value of
// this estimator on these units in an endless recording, which is known for MAP without ridge
// (stationary_fit.h), and of subspace identification taken from a recording of 400 000 steps. Not a matter of
// speed, but of minutes:
//   keyhole_coverage [RECORDINGS [METHOD [STEPS [CIRCUIT]]]]
// RECORDINGS: of each circuit and length (200 if not said); METHOD: map or subspace (of two latents); STEPS:
// of this length alone; CIRCUIT: of this one alone, from 1 to 4.
#include "core/experiment/settings/settings.h"
#include "core/experiment/studies/claim_errors.h"
#include "core/fitting/regression/stationary_fit.h"
#include "core/simulation/simulate.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace keyhole;

constexpr Index kSeen = 8, kDraws = 200, kEndless = 400000;
constexpr double kAlpha = 0.1;

struct Circuit {
  const char* name;
  TeacherOptions options;
};

std::vector<Circuit> circuits() {
  std::vector<Circuit> all(4);
  for (auto& circuit : all) circuit.options.size = 60;
  all[0].name = "symmetric line attractor, tau 50";
  all[0].options.kind = TeacherKind::lineAttractor;
  all[0].options.leadingEigenvalue = 0.98;
  all[1].name = "Gaussian";
  all[1].options.kind = TeacherKind::gaussian;
  all[2].name = "chain";
  all[2].options.kind = TeacherKind::chain;
  all[3].name = "low rank";
  all[3].options.kind = TeacherKind::lowRankOrthogonal;
  return all;
}

std::vector<Index> seen() {
  std::vector<Index> units;
  for (Index i = 0; i < kSeen; ++i) units.push_back(i);
  return units;
}

Trial recordingOf(const Teacher& teacher, Index steps, std::uint64_t seed) {
  SimulationOptions options;
  options.steps = steps;
  options.burnIn = 2000;
  options.alpha = kAlpha;
  options.seed = seed;
  Trial trial{Matrix(kSeen, steps), Matrix(0, steps)};
  simulate(teacher, options, {}, [&](const StateBlock& block) {
    trial.activity.middleCols(block.first, block.states.cols()) = block.ofUnits(seen());
  });
  return trial;
}

struct Tally {
  int held = 0, below = 0, above = 0, oneSided = 0, none = 0, scoreHeld = 0, scored = 0;
};

void add(Tally& tally, const ClaimErrors& errors, const ClaimSummary& summary, const Spectrum& endless) {
  tally.oneSided += errors.oneSided;
  if (errors.spectra.empty()) {
    ++tally.none;
    return;
  }
  const double truth = endless.values(0).real();
  const ClaimInterval& re = summary.re.front();
  tally.below += re.high < truth;
  tally.above += re.low > truth;
  tally.held += re.low <= truth && truth <= re.high;
  const LineAttractorScore score = lineAttractorScore(endless);
  if (score.status != ScoreStatus::defined || !(summary.scored > 0)) return;
  ++tally.scored;
  tally.scoreHeld += summary.score.low <= score.value && score.value <= summary.score.high;
}

Spectrum endlessFit(const Teacher& teacher, const Settings& settings) {
  if (settings.text("fit.method") == "subspace")
    return spectrumOf(fitTrials(settings, {recordingOf(teacher, kEndless, 1000000)}, noProgress()).A, false,
                      kAlpha);
  const auto covariance = stationaryCovariance(teacher, StationaryLimit::discrete, kAlpha);
  return spectrumOf(fitStationary(covariance, seen(), kAlpha).A, false, kAlpha);
}

void measure(const Circuit& circuit, Index steps, int recordings, const Settings& settings) {
  const Teacher teacher = buildTeacher(circuit.options);
  const Spectrum endless = endlessFit(teacher, settings);
  Tally tally;
  for (int i = 1; i <= recordings; ++i) {
    const std::vector<Trial> trials{recordingOf(teacher, steps, static_cast<std::uint64_t>(i))};
    const Student student = fitTrials(settings, trials, noProgress());
    const ClaimErrors errors = claimErrors(student, trials, settings, kDraws);
    add(tally, errors, summaryOf(errors, spectrumOf(student.A, false, student.alpha), VerdictOptions{}),
        endless);
  }
  const auto percent = [&](int count, int of) { return of > 0 ? 100.0 * count / of : 0.0; };
  std::printf("%-34s %7ld %8.4f %6.1f %6.1f %6.1f %6.1f %6.1f %6.1f\n", circuit.name,
              static_cast<long>(steps), endless.values(0).real(), percent(tally.held, recordings),
              percent(tally.below, recordings), percent(tally.above, recordings),
              percent(tally.oneSided, recordings), percent(tally.none, recordings),
              percent(tally.scoreHeld, tally.scored));
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  const int recordings = count > 1 ? std::max(1, std::atoi(arguments[1])) : 200;
  Settings settings;
  settings.set("teacher.kind", std::string("recording"));
  settings.set("simulation.alpha", kAlpha);
  settings.set("fit.rho", 0.0);
  if (count > 2) settings.set("fit.method", std::string(arguments[2]));
  settings.set("fit.latents", 2LL);
  settings = effective(settings);
  const std::string what = "circuit (8 of 60 units, " + settings.text("fit.method") + ")";
  std::printf("%-34s %7s %8s %6s %6s %6s %6s %6s %6s\n", what.c_str(), "T/steps", "endless", "held%",
              "below%", "above%", "1sided", "none%", "score%");
  std::vector<Index> lengths = {1000, 5000, 20000, 60000};
  if (count > 3) lengths = {std::max(100, std::atoi(arguments[3]))};
  std::vector<Circuit> all = circuits();
  if (count > 4) all = {all[static_cast<std::size_t>(std::clamp(std::atoi(arguments[4]), 1, 4) - 1)]};
  for (const auto& circuit : all)
    for (const Index steps : lengths) measure(circuit, steps, recordings, settings);
  return 0;
}
