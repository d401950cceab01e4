#include "core/audit/reference/surrogate_check.h"

#include "core/audit/reference/statistics.h"
#include "core/common/parallel.h"
#include "core/common/random.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <numbers>
#include <unsupported/Eigen/FFT>

namespace keyhole {
namespace {

constexpr std::uint64_t kSurrogateSeed = 1;

Index smoothLength(Index most) {
  for (Index length = most;; --length) {
    Index rest = length;
    for (const Index factor : {2, 3, 5})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1) return length;
  }
}

std::string sentenceOf(const SurrogateCheck& check, double probability) {
  std::string text =
      "As a check, " + std::to_string(check.made) +
      " surrogates of this recording (each unit with its own spectrum, and nothing shared) were "
      "asked about in the same way: a real slow variable has " +
      threeDigits(check.median) + " (" + threeDigits(check.least) + " to " + threeDigits(check.largest) +
      "), and " + std::to_string(check.unlike) + " of them are like nothing in the table.";
  if (probability < 0.5) return text;
  return text +
         (probability > check.largest
              ? " The recording itself is told more than any of them, which rests on what its units share."
              : " The recording itself is not told more than all of them: that rests on how slow each unit "
                "is by itself, and not on what the units share.");
}

}  // namespace

Matrix independentUnits(ConstMatrixRef activity, std::uint64_t seed, std::uint64_t index) {
  const Index N = activity.rows(), T = smoothLength(activity.cols()), J = (T - 1) / 2;
  const RandomStream random(seed, Stream::probe, index);
  std::vector<double> phases(static_cast<std::size_t>(J));
  Matrix made(N, T);
  Eigen::FFT<double> fft;
  Vector row;
  ComplexVector spectrum, series;
  for (Index i = 0; i < N; ++i) {
    random.uniforms(static_cast<std::uint64_t>(i), phases);
    row = activity.row(i).head(T).transpose();
    fft.fwd(spectrum, row);
    for (Index j = 1; j <= J; ++j) {
      const double turn = 2 * std::numbers::pi * phases[static_cast<std::size_t>(j - 1)];
      spectrum(j) = std::polar(std::abs(spectrum(j)), turn);
      spectrum(T - j) = std::conj(spectrum(j));
    }
    fft.inv(series, spectrum);
    made.row(i) = series.real().transpose();
  }
  return made;
}

SurrogateCheck checkBySurrogates(const std::vector<Trial>& trials, const std::vector<ReferenceRow>& rows,
                                 const WorldClassifier& classifier, double probability, Index count,
                                 Progress& progress) {
  const TableDistances distances(rows, progress);
  std::vector<double> told(static_cast<std::size_t>(count));
  std::vector<int> unlike(told.size());
  parallelFor(
      told.size(),
      [&](std::size_t k) {
        progress.throwIfStopped();
        std::vector<Trial> surrogate;
        for (std::size_t i = 0; i < trials.size(); ++i) {
          Matrix X = independentUnits(trials[i].activity, kSurrogateSeed, k * trials.size() + i);
          const Index T = X.cols();
          surrogate.push_back({std::move(X), Matrix(0, T)});
        }
        const Statistics statistics = statisticsOf(surrogate);
        told[k] = classifier.answer(statistics.values).real();
        unlike[k] = distances.of(statistics).unlike();
      },
      [&] { progress.checkpoint(0.9, "asking about surrogates of the recording"); });
  SurrogateCheck check;
  check.made = count;
  std::sort(told.begin(), told.end());
  check.least = told.front();
  check.median = told[told.size() / 2];
  check.largest = told.back();
  check.unlike = std::count(unlike.begin(), unlike.end(), 1);
  check.sentence = sentenceOf(check, probability);
  return check;
}

}  // namespace keyhole
