#include "core/analysis/comparison/claimed_memory.h"

#include "core/analysis/comparison/prediction.h"
#include "core/analysis/comparison/slow_direction.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/quantile.h"
#include "core/common/random.h"
#include "core/common/three_digits.h"
#include "core/fitting/autocorrelation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kLags = 40;
constexpr double kLeastLag = 3;  // steps: the first ones are what a fit of one step fits

// From 1 to `last`, evenly on a logarithmic axis; `marked` among them.
std::vector<Index> lagsUpTo(Index last, Index marked) {
  std::vector<Index> lags{marked};
  for (Index i = 0; i < kLags; ++i)
    lags.push_back(static_cast<Index>(std::lround(
        std::pow(static_cast<double>(last), static_cast<double>(i) / static_cast<double>(kLags - 1)))));
  std::sort(lags.begin(), lags.end());
  lags.erase(std::unique(lags.begin(), lags.end()), lags.end());
  return lags;
}

Vector memoryOf(const Student& student, const std::vector<Trial>& trials, const std::vector<Index>& lags) {
  const ComplexVector direction = slowDirection(student, trials.front().activity.rows());
  return autocorrelation(trials, direction, lags.back() + 1)(lags);
}

// What the student would have been recorded as, in the same trials.
std::vector<Trial> simulated(const Student& student, const std::vector<Trial>& trials,
                             const std::vector<NoisyRuns>& runs, std::uint64_t draw) {
  std::vector<Trial> made;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const std::uint64_t seed = 1 + draw * trials.size() + k;
    Trial trial{runs[k].run(seed), trials[k].input};
    if (student.emission && student.emission->R.size() > 0)
      trial.activity += student.emission->R.cwiseSqrt().asDiagonal() *
                        RandomStream(seed, Stream::observationNoise)
                            .normalMatrix(trial.activity.rows(), trial.activity.cols());
    made.push_back(std::move(trial));
  }
  return made;
}

// The first lag at which a curve is below 1/e; 0: none.
Index forgottenAt(const ClaimedMemory& memory, const Vector& curve) {
  for (std::size_t i = 0; i < memory.lags.size(); ++i)
    if (curve(static_cast<Index>(i)) < 1 / std::numbers::e) return memory.lags[i];
  return 0;
}

std::string remembers(const ClaimedMemory& memory, Index lag) {
  return lag > 0 ? std::to_string(lag) + (lag == 1 ? " step" : " steps")
                 : "more than " + std::to_string(memory.lags.back()) + " steps";
}

// Whether the first is forgotten before the second as far as the lags tell: two lower bounds have no order.
bool isBefore(Index first, Index second) {
  return first > 0 && (second == 0 || first < second);
}

// Of lags that do not say which lasts longer.
std::string unforgotten(const ClaimedMemory& memory, Index recording, Index student) {
  return recording == 0 && student == 0 ? "; neither has forgotten within the " +
                                              std::to_string(memory.lags.back()) + " steps that are looked at"
                                        : std::string();
}

std::string sentenceOf(const ClaimedMemory& memory) {
  const auto at = static_cast<Index>(memory.decisive);
  const std::string values = " (autocorrelation after " + std::to_string(memory.lags[memory.decisive]) +
                             " steps " + threeDigits(memory.recording(at)) + "; simulations of the student " +
                             threeDigits(memory.low(at)) + " to " + threeDigits(memory.high(at)) + ")";
  constexpr const char* kTurns = ". Marginal: other draws of the simulations could turn this around.";
  const bool less = memory.standing == MemoryStanding::barelyLess;
  if (less || memory.standing == MemoryStanding::barelyMore) {
    if (memory.recording(at) < memory.low(at))
      return "The recording barely shows it: it stands just below the simulations of the student" + values +
             kTurns;
    if (memory.recording(at) > memory.high(at))
      return "The recording remembers a little more than the student predicts: it stands just above its "
             "simulations" +
             values + kTurns;
    return "The recording remembers about as long as the student predicts, at the " +
           std::string(less ? "lower" : "upper") + " end of its simulations" + values + kTurns;
  }
  const Index recording = forgottenAt(memory, memory.recording), student = forgottenAt(memory, memory.median);
  if (memory.standing == MemoryStanding::forgets)
    return isBefore(recording, student)
               ? "The recording does not show it: along the student's slow direction it has forgotten "
                 "after " +
                     remembers(memory, recording) + ", where the student remembers for " +
                     remembers(memory, student) + values + "."
               : "The recording does not show it: along the student's slow direction it keeps less than the "
                 "student predicts" +
                     unforgotten(memory, recording, student) + values + ".";
  if (memory.standing == MemoryStanding::remembersMore)
    return "The recording remembers more than the student predicts" +
           (isBefore(student, recording)
                ? ": for " + remembers(memory, recording) + ", the student for " + remembers(memory, student)
                : unforgotten(memory, recording, student)) +
           values + ".";
  return "The recording remembers as long as the student predicts" + values +
         "; that says nothing about the circuit.";
}

ClaimedMemory notOffered(std::string why) {
  ClaimedMemory memory;
  memory.why = std::move(why);
  return memory;
}

// Of the columns of the draws: at the p-quantile of each row.
Vector quantilesOf(const Matrix& draws, double p) {
  Vector result(draws.rows());
  for (Index i = 0; i < draws.rows(); ++i) {
    std::vector<double> row(draws.row(i).begin(), draws.row(i).end());
    std::sort(row.begin(), row.end());
    result(i) = drawnQuantile(row, p);
  }
  return result;
}

// The autocorrelation of every simulation that could be refitted, a column each.
Matrix simulatedMemories(const Student& student, const std::vector<Trial>& trials, const Refit& refit,
                         ClaimedMemory& memory, Index simulations, Progress& progress) {
  std::vector<NoisyRuns> runs;
  const Matrix Q =
      noiseCovariance(student, trials);  // of a short trial alone it would be little more than noise
  for (const auto& trial : trials) runs.emplace_back(student, trial, Q);
  std::vector<Vector> made(static_cast<std::size_t>(simulations));
  std::atomic<Index> done = 0;
  parallelFor(
      made.size(),
      [&](std::size_t i) {
        progress.throwIfStopped();
        const auto run = simulated(student, trials, runs, i);
        try {
          const Student again = refit(run);
          if (hasParameters(again.summary.status)) made[i] = memoryOf(again, run, memory.lags);
        } catch (const Stopped&) {
          throw;
        } catch (const std::runtime_error&) {
          // It could not be fitted, or its eigenvalues were not found: counted as failed.
        }
        ++done;
      },
      [&] {
        progress.checkpoint(static_cast<double>(done) / static_cast<double>(simulations),
                            "simulating the student");
      });
  std::erase_if(made, [](const Vector& one) { return one.size() == 0 || !one.allFinite(); });
  memory.simulations = static_cast<Index>(made.size());
  memory.failed = simulations - memory.simulations;
  Matrix draws(static_cast<Index>(memory.lags.size()), memory.simulations);
  for (Index i = 0; i < memory.simulations; ++i) draws.col(i) = made[static_cast<std::size_t>(i)];
  return draws;
}

}  // namespace

std::string nameOf(MemoryStanding standing) {
  switch (standing) {
    case MemoryStanding::forgets:
      return "forgets";
    case MemoryStanding::barelyLess:
      return "marginal, less";
    case MemoryStanding::within:
      return "as predicted";
    case MemoryStanding::barelyMore:
      return "marginal, more";
    case MemoryStanding::remembersMore:
      return "remembers more";
  }
  return {};
}

MemoryStanding memoryStanding(double value, double low, double median, double high, Index simulations) {
  // Of a normal distribution at its 2.5 % quantile, in standard deviations: where it is, and its density.
  constexpr double kTail = (1 - ClaimedMemory::kLevel) / 2, kAt = 1.96, kDensity = 0.0584;
  const double error =
      std::sqrt(kTail * (1 - kTail) / static_cast<double>(std::max<Index>(simulations, 1))) / kDensity;
  const double below = error * (median - low) / kAt, above = error * (high - median) / kAt;
  if (value < low - below) return MemoryStanding::forgets;
  if (value > high + above) return MemoryStanding::remembersMore;
  if (value < low + below && value < median) return MemoryStanding::barelyLess;
  if (value > high - above && value > median) return MemoryStanding::barelyMore;
  return MemoryStanding::within;
}

ClaimedMemory claimedMemory(const Student& student, const std::vector<Trial>& trials, const Refit& refit,
                            Index simulations, Progress& progress) {
  if (student.switching) return notOffered("no prediction is made of a switching student");
  if (anyMissing(trials)) return notOffered("no prediction is made with missing samples");
  Index longest = 0;
  for (const auto& trial : trials) longest = std::max(longest, trial.activity.cols());
  if (longest < 16) return notOffered("no prediction: no trial has sixteen time points");
  ClaimedMemory memory;
  memory.claimedSteps = slowestSteps(student);
  if (memory.claimedSteps < 0) return notOffered("a student that grows predicts no stationary recording");
  const double most = static_cast<double>(longest) / 4;
  const auto marked =
      static_cast<Index>(std::min(std::max(std::round(memory.claimedSteps), kLeastLag), most));
  const auto last = static_cast<Index>(std::min(std::max(6 * memory.claimedSteps, kLeastLag), most));
  memory.lags = lagsUpTo(std::max(last, marked), marked);
  memory.decisive = static_cast<std::size_t>(std::find(memory.lags.begin(), memory.lags.end(), marked) -
                                             memory.lags.begin());
  memory.recording = memoryOf(student, trials, memory.lags);
  const Matrix draws = simulatedMemories(student, trials, refit, memory, simulations, progress);
  if (memory.simulations < 20) {
    memory.why = "no prediction: " + std::to_string(memory.failed) + " of " + std::to_string(simulations) +
                 " simulations of the student could not be fitted again";
    return memory;
  }
  memory.offered = true;
  const double tail = (1 - ClaimedMemory::kLevel) / 2;
  memory.low = quantilesOf(draws, tail);
  memory.median = quantilesOf(draws, 0.5);
  memory.high = quantilesOf(draws, 1 - tail);
  const auto at = static_cast<Index>(memory.decisive);
  memory.lower = static_cast<double>((draws.row(at).array() > memory.recording(at)).count()) /
                 static_cast<double>(memory.simulations);
  memory.standing = memoryStanding(memory.recording(at), memory.low(at), memory.median(at), memory.high(at),
                                   memory.simulations);
  memory.sentence = sentenceOf(memory);
  return memory;
}

}  // namespace keyhole
