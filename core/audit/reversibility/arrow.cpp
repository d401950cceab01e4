#include "core/audit/reversibility/arrow.h"

#include "core/audit/reversibility/antisymmetry.h"
#include "core/audit/reversibility/entropy.h"
#include "core/audit/reversibility/transforms.h"
#include "core/common/parallel.h"
#include "core/common/random.h"
#include "core/common/three_digits.h"
#include "core/fitting/resampling/slow_time.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kLags = 6, kLeastSamples = 64, kShortFlips = 99;
constexpr double kCoherences[] = {0.1, 0.2, 0.4, 0.8};

std::vector<Index> lagsUpTo(double last) {
  std::vector<Index> lags;
  for (Index i = 0; i < kLags; ++i)
    lags.push_back(static_cast<Index>(
        std::lround(std::pow(std::max(last, 1.0), static_cast<double>(i) / static_cast<double>(kLags - 1)))));
  lags.erase(std::unique(lags.begin(), lags.end()), lags.end());
  return lags;
}

std::string whyNotTested(const std::vector<Trial>& trials) {
  if (anyMissing(trials)) return "the arrow of time is not looked at with missing samples";
  if (trials.front().input.rows() > 0)
    return "the arrow of time is not looked at with a known input, which is no white noise";
  Index longest = 0;
  for (const auto& trial : trials) longest = std::max(longest, trial.activity.cols());
  if (longest < kLeastSamples)
    return "the arrow of time is not looked at: no trial has " + std::to_string(kLeastSamples) +
           " time points";
  return {};
}

// Trials that are long enough, cut to lengths whose transforms are quick.
std::vector<Trial> cutTrials(const std::vector<Trial>& trials) {
  std::vector<Trial> cut;
  for (const auto& trial : trials)
    if (trial.activity.cols() >= kLeastSamples) {
      const Index T = smoothLength(trial.activity.cols());
      cut.push_back({trial.activity.leftCols(T), Matrix(0, T)});
    }
  return cut;
}

// A moving mean of the power of one row.
Vector smoothPower(const ComplexMatrix& transform, Index row) {
  const Index J = transform.cols();
  const Index half = std::max<Index>(2, static_cast<Index>(std::sqrt(static_cast<double>(J))));
  const Vector power = transform.row(row).cwiseAbs2().transpose();
  Vector sums(J + 1), smooth(J);
  sums(0) = 0;
  for (Index j = 0; j < J; ++j) sums(j + 1) = sums(j) + power(j);
  for (Index j = 0; j < J; ++j) {
    const Index from = std::max<Index>(0, j - half), to = std::min(J, j + half + 1);
    smooth(j) = (sums(to) - sums(from)) / static_cast<double>(to - from);
  }
  return smooth;
}

// A recording of the null (random conjugates), the second component then led by the first by a quarter of a
// period at every frequency, with this coherence.
std::vector<ComplexMatrix> rotated(const std::vector<ComplexMatrix>& transforms, double coherence,
                                   std::uint64_t seed) {
  std::vector<ComplexMatrix> made = transforms;
  for (std::size_t k = 0; k < made.size(); ++k) {
    ComplexMatrix& d = made[k];
    std::vector<double> coins(static_cast<std::size_t>(d.cols()));
    RandomStream(seed, Stream::probe, k).uniforms(0, coins);
    const Vector first = smoothPower(d, 0), second = smoothPower(d, 1);
    const double rest = std::sqrt(1 - coherence * coherence);
    for (Index j = 0; j < d.cols(); ++j) {
      if (coins[static_cast<std::size_t>(j)] < 0.5) d.col(j) = d.col(j).conjugate().eval();
      const double size = coherence * std::sqrt(second(j) / std::max(first(j), 1e-300));
      d(1, j) = rest * d(1, j) + std::complex<double>(0, size) * d(0, j);
    }
  }
  return made;
}

std::vector<ArrowPower> powerOf(const std::vector<ComplexMatrix>& transforms, const Antisymmetry::Plan& plan,
                                const ArrowOptions& options, Progress& progress) {
  constexpr std::size_t kinds = std::size(kCoherences);
  const auto each = static_cast<std::size_t>(options.recordings);
  if (each == 0) return {};
  std::vector<std::atomic<Index>> found(kinds);
  std::atomic<std::size_t> done = 0;
  Antisymmetry::Plan small = plan;
  small.flips = kShortFlips;
  parallelFor(
      kinds * each,
      [&](std::size_t i) {
        progress.throwIfStopped();
        const std::size_t kind = i / each;
        const auto made = rotated(transforms, kCoherences[kind], options.seed + 1000 + i);
        found[kind] += Antisymmetry(made, small).test(options.seed + i).pValue <= Arrow::kLevel;
        ++done;
      },
      [&] {
        progress.checkpoint(static_cast<double>(done) / static_cast<double>(kinds * each),
                            "power of the arrow of time");
      });
  std::vector<ArrowPower> power;
  for (std::size_t k = 0; k < kinds; ++k)
    power.push_back({kCoherences[k], static_cast<double>(found[k]) / static_cast<double>(each)});
  return power;
}

std::string powerText(const std::vector<ArrowPower>& power) {
  constexpr double kGood = 0.8;
  for (const auto& point : power)
    if (point.power >= kGood)
      return "; in recordings of this length a rotation of the two leading components with coherence " +
             threeDigits(point.coherence) + " would be found in " + percents(point.power);
  if (power.empty()) return {};
  return "; in recordings of this length even a rotation of the two leading components with coherence " +
         threeDigits(power.back().coherence) + " would be found in " + percents(power.back().power) + " only";
}

std::string sentenceOf(const Arrow& arrow) {
  const std::string joint =
      "symmetric coupling, white input, equal filters and time constants of all units, stationarity and "
      "near-linear dynamics";
  if (arrow.pValue <= Arrow::kLevel)
    return "Time has an arrow in this recording (p = " + threeDigits(arrow.pValue) + ", " +
           percents(std::max(arrow.antisymmetricShare, 0.0)) +
           " of the lagged covariances is antisymmetric): that excludes the joint hypothesis of " + joint +
           ", and says nothing for or against a slow variable" + powerText(arrow.power) + ".";
  return "No arrow of time was found (p = " + threeDigits(arrow.pValue) +
         "): that excludes nothing. A rejection would have excluded the joint hypothesis of " + joint +
         powerText(arrow.power) + ".";
}

}  // namespace

Index smoothLength(Index n) {
  for (;; --n) {
    Index rest = n;
    for (const Index prime : {2, 3, 5})
      while (rest % prime == 0) rest /= prime;
    if (rest == 1) return n;
  }
}

Arrow arrowOfTime(const std::vector<Trial>& trials, const ArrowOptions& options, Progress& progress) {
  Arrow arrow;
  arrow.why = whyNotTested(trials);
  if (!arrow.why.empty()) return arrow;
  const std::vector<Trial> cut = cutTrials(trials);
  arrow.slowSteps = slowTime(cut, slowDirections(cut, 3, {}), progress);
  const Whitened components = whitened(cut);
  const Index p = components.variances.size();
  if (p < 2) {
    arrow.why = "the arrow of time is not looked at: one component alone is reversible whatever made it";
    return arrow;
  }
  double T = 0, longest = 0;
  for (const auto& trial : cut) {
    T += static_cast<double>(trial.activity.cols());
    longest = std::max(longest, static_cast<double>(trial.activity.cols()));
  }
  if (T < Arrow::kLeastSlowTimes * arrow.slowSteps) {
    arrow.why = "no p-value for the arrow of time: the recording is " + threeDigits(T / arrow.slowSteps) +
                " times as long as its own slowest correlations (" + threeDigits(arrow.slowSteps) +
                " time points); asked are at least " + threeDigits(Arrow::kLeastSlowTimes);
    return arrow;
  }
  std::vector<ComplexMatrix> transforms;
  for (const auto& series : components.series) transforms.push_back(transformOf(series));
  Antisymmetry::Plan plan;
  plan.lags = lagsUpTo(std::min(4 * arrow.slowSteps, longest / 10));
  for (const auto& series : components.series) plan.lengths.push_back(series.cols());
  plan.flips = options.flips;
  const Antisymmetry::Test test = Antisymmetry(transforms, plan).test(options.seed, &progress);
  arrow.tested = true;
  arrow.statistic = test.statistic;
  arrow.lag = test.lag;
  arrow.leading = test.leading;
  arrow.pValue = test.pValue;
  arrow.antisymmetricShare = test.antisymmetric / squaredCovariances(components, plan);
  const EntropyProduction entropy = entropyProduction(transforms, plan.lengths, options.seed, progress);
  arrow.entropyRate = entropy.rate;
  arrow.entropyOf = entropy.components;
  arrow.power = powerOf(transforms, plan, options, progress);
  arrow.sentence = sentenceOf(arrow);
  return arrow;
}

}  // namespace keyhole
