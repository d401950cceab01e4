#include "core/observation/summary/recording_summary.h"

#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/observation/summary/summary_words.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

namespace keyhole {
namespace {

constexpr Index kComponents = 5;

// Sums over the samples that are there, about each unit's first one, of one stretch of time.
struct Moments {
  Vector count, sum, squares;
  explicit Moments(Index N) : count(Vector::Zero(N)), sum(count), squares(count) {}

  void add(Index i, double y) {
    count(i) += 1;
    sum(i) += y;
    squares(i) += y * y;
  }
  Vector mean() const { return sum.cwiseQuotient(count.cwiseMax(1.0)); }
  Vector variance() const {
    return (squares.cwiseQuotient(count.cwiseMax(1.0)) - mean().cwiseAbs2()).cwiseMax(0.0);
  }
};

// One pass over all samples.
struct Pass {
  Moments all, first, second;
  Vector shift, time, timeSquares, timeProducts;  // of samples that are there; time runs from -1 to 1
  bool counts = true;
  std::vector<bool> silent;
  Index missing = 0;

  explicit Pass(Index N)
      : all(N),
        first(N),
        second(N),
        shift(Vector::Constant(N, std::nan(""))),
        time(Vector::Zero(N)),
        timeSquares(time),
        timeProducts(time),
        silent(static_cast<std::size_t>(N), true) {}

  void add(Index i, double x, double at) {
    if (std::isnan(x)) {
      ++missing;
      return;
    }
    counts = counts && x >= 0 && x == std::floor(x);
    if (x != 0) silent[static_cast<std::size_t>(i)] = false;
    if (std::isnan(shift(i))) shift(i) = x;
    const double y = x - shift(i);
    all.add(i, y);
    (at < 0 ? first : second).add(i, y);
    time(i) += at;
    timeSquares(i) += at * at;
    timeProducts(i) += at * y;
  }
};

Pass passOver(const RecordedTrials& recorded, const Progress& progress) {
  Pass pass(recorded.units());
  const Index T = recorded.timePoints();
  Index start = 0;
  for (const auto& X : recorded.trials) {
    inPieces(X.cols(), progress, [&](Index from, Index count) {
      for (Index t = from; t < from + count; ++t) {
        const double at = (2 * static_cast<double>(start + t) + 1) / static_cast<double>(T) - 1;
        for (Index i = 0; i < X.rows(); ++i) pass.add(i, X(i, t), at);
      }
    });
    start += X.cols();
  }
  return pass;
}

void setStationarity(RecordingSummary& summary, const Pass& pass, const Vector& variance) {
  const Vector shift = pass.second.mean() - pass.first.mean();
  // A unit whose samples of one half are all missing tells nothing of a change.
  const auto inBoth = [&pass](Index i) { return pass.first.count(i) > 1 && pass.second.count(i) > 1; };
  double squares = 0, varying = 0, drift = 0, before = 0, after = 0;
  for (Index i = 0; i < shift.size(); ++i) {
    if (!(variance(i) > 0)) continue;
    if (inBoth(i)) {
      varying += 1;
      squares += shift(i) * shift(i) / variance(i);
    }
    const double n = pass.all.count(i), meanTime = pass.time(i) / n;
    const double both = pass.timeProducts(i) / n - meanTime * pass.all.mean()(i);
    const double spread = pass.timeSquares(i) / n - meanTime * meanTime;
    if (spread > 0) drift += both * both / spread;
  }
  const Vector first = pass.first.variance(), second = pass.second.variance();
  for (Index i = 0; i < shift.size(); ++i) {
    before += inBoth(i) ? first(i) : 0;
    after += inBoth(i) ? second(i) : 0;
  }
  summary.meanShift = varying > 0 ? std::sqrt(squares / varying) : 0;
  summary.drift = variance.sum() > 0 ? std::min(drift / variance.sum(), 1.0) : 0;
  if (before > 0 || after > 0)
    summary.varianceRatio = before > 0 ? after / before : std::numeric_limits<double>::infinity();
}

// Samples less their mean, what is missing 0; and which are there, if some are missing.
Matrix centred(ConstMatrixRef X, const Vector& mean) {
  Matrix Y = X.colwise() - mean;
  return Y.array().isNaN().select(0.0, Y.array());
}

Matrix covarianceOf(const RecordedTrials& recorded, const Vector& mean, bool missing, Index& used,
                    const Progress& progress) {
  constexpr double kMost = 1e9;
  const Index N = recorded.units();
  const double work =
      static_cast<double>(N) * static_cast<double>(N) * static_cast<double>(recorded.timePoints());
  const auto every = static_cast<Index>(std::max(1.0, std::ceil(work / kMost)));
  Matrix products = Matrix::Zero(N, N), pairs = Matrix::Zero(missing ? N : 0, missing ? N : 0);
  used = 0;
  for (const auto& X : recorded.trials)
    inPieces((X.cols() + every - 1) / every, progress, [&](Index from, Index count) {
      const Matrix some = X(Eigen::all, Eigen::seqN(from * every, count, every));
      const Matrix Y = centred(some, mean);
      products.selfadjointView<Eigen::Lower>().rankUpdate(Y);
      if (missing) {
        const Matrix there = some.array().isNaN().select(0.0, Matrix::Ones(some.rows(), some.cols()).array());
        pairs.selfadjointView<Eigen::Lower>().rankUpdate(there);
      }
      used += count;
    });
  const Matrix C = products.selfadjointView<Eigen::Lower>();
  if (!missing) return C / static_cast<double>(std::max<Index>(used, 1));
  const Matrix n = pairs.selfadjointView<Eigen::Lower>();
  return C.cwiseQuotient(n.cwiseMax(1.0));
}

struct Axes {
  double total = 0, squares = 0;  // of the covariance: its trace, its squared Frobenius norm
  Vector values;                  // leading variances, falling
  Matrix directions;              // a column each
};

Axes axesOf(const Matrix& C) {
  Axes axes{C.trace(), C.squaredNorm(), {}, {}};
  if (!(axes.total > 0) || !C.allFinite()) return {};  // nothing varies, or too large to be squared
  auto system = symmetricEigenSystem(C, std::min(kComponents, C.rows()));
  axes.values = std::move(system.values);
  axes.directions = std::move(system.vectors);
  return axes;
}

// Of more units than time points: YᵀY has the variances of YYᵀ that are not 0, and v of it the direction Yv.
Axes axesByTime(const RecordedTrials& recorded, const Vector& mean, Index& used) {
  Matrix Y(recorded.units(), recorded.timePoints());
  used = 0;
  for (const auto& X : recorded.trials) {
    Y.middleCols(used, X.cols()) = centred(Matrix(X), mean);
    used += X.cols();
  }
  Axes axes = axesOf(Matrix(Y.transpose() * Y / static_cast<double>(used)));
  axes.directions = (Y * axes.directions).eval();
  axes.directions.colwise().normalize();
  return axes;
}

// k series of each trial, one per direction: directions[i][trial].
std::vector<std::vector<Vector>> projected(const RecordedTrials& recorded, const Vector& mean,
                                           ConstMatrixRef directions, const Progress& progress) {
  std::vector<std::vector<Vector>> series(static_cast<std::size_t>(directions.cols()));
  for (const auto& X : recorded.trials) {
    Matrix Y(X.cols(), directions.cols());
    inPieces(X.cols(), progress, [&](Index from, Index count) {
      Y.middleRows(from, count).noalias() = centred(X.middleCols(from, count), mean).transpose() * directions;
    });
    for (Index i = 0; i < directions.cols(); ++i) series[static_cast<std::size_t>(i)].push_back(Y.col(i));
  }
  return series;
}

void setComponents(RecordingSummary& summary, const RecordedTrials& recorded, const Vector& mean,
                   const Progress& progress) {
  const Axes axes =
      summary.missing == 0 && recorded.units() > recorded.timePoints()
          ? axesByTime(recorded, mean, summary.covarianceOf)
          : axesOf(covarianceOf(recorded, mean, summary.missing > 0, summary.covarianceOf, progress));
  if (!(axes.total > 0)) return;
  summary.participationRatio = axes.total * axes.total / axes.squares;
  const auto series = projected(recorded, mean, axes.directions, progress);
  const auto T = static_cast<double>(summary.timePoints);
  double shares = 0, times = 0;
  for (Index i = 0; i < axes.values.size(); ++i) {
    progress.throwIfStopped();
    const double share = axes.values(i) / axes.total;
    if (!(share > 1e-9)) break;
    const Autocorrelation found = autocorrelation(series[static_cast<std::size_t>(i)]);
    const double time = std::min(found.timeOfSquares(), T);
    summary.components.push_back({share, found.time(), T / time});
    shares += share;
    times += share * time;
  }
  if (shares > 0) summary.effectiveSamples = T * shares / times;
}

// Units whose samples are another one's, bit by bit (missing ones alike).
void setCopies(RecordingSummary& summary, const RecordedTrials& recorded, const Vector& variance) {
  std::vector<std::uint64_t> marks(static_cast<std::size_t>(recorded.units()), 0xCBF29CE484222325);
  for (const auto& X : recorded.trials)
    for (Index t = 0; t < X.cols(); ++t)
      for (Index i = 0; i < X.rows(); ++i) {
        const double x = X(i, t) + 0.0;  // -0 is 0
        auto& mark = marks[static_cast<std::size_t>(i)];
        mark = (mark ^ (std::isnan(x) ? 1 : std::bit_cast<std::uint64_t>(x))) * 0x9E3779B97F4A7C15;
        mark ^= mark >> 29;
      }
  std::map<std::uint64_t, Index> first;
  for (Index i = 0; i < recorded.units(); ++i) {
    if (!(variance(i) > 0)) continue;
    const auto [at, isNew] = first.emplace(marks[static_cast<std::size_t>(i)], i);
    if (isNew) continue;
    summary.copies.push_back(i);
    summary.copied.push_back(at->second);
  }
}

}  // namespace

RecordingSummary summarise(const RecordedTrials& recorded, const Progress& progress) {
  RecordingSummary summary;
  summary.units = recorded.units();
  summary.trials = static_cast<Index>(recorded.trials.size());
  summary.timePoints = recorded.timePoints();
  summary.seconds = recorded.seconds;
  summary.shortestTrial = summary.longestTrial = recorded.trials.front().cols();
  for (const auto& X : recorded.trials) {
    summary.shortestTrial = std::min(summary.shortestTrial, X.cols());
    summary.longestTrial = std::max(summary.longestTrial, X.cols());
  }
  const Pass pass = passOver(recorded, progress);
  const Vector mean = pass.all.mean() + pass.shift.array().isNaN().select(0.0, pass.shift.array()).matrix();
  // The rounding of a constant unit's mean is no variance.
  const Vector variance =
      (pass.all.variance().array() > 1e-28 * mean.array().square()).select(pass.all.variance().array(), 0.0);
  summary.missing = pass.missing;
  summary.counts = pass.counts;
  summary.means = pass.counts && recorded.seconds > 0 ? Vector(mean / recorded.seconds) : mean;
  summary.deviations = variance.cwiseSqrt();
  summary.silent = std::count(pass.silent.begin(), pass.silent.end(), true);
  summary.constant = (variance.array() == 0).count();
  setStationarity(summary, pass, variance);
  setComponents(summary, recorded, mean, progress);
  summary.smoothness = smoothness(recorded, progress);
  setCopies(summary, recorded, variance);
  summary.warnings = summaryWarnings(summary, recorded);
  return summary;
}

}  // namespace keyhole
