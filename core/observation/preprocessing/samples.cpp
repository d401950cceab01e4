// The steps that change samples: bins, smoothing, square root, detrending, scaling.
#include "core/common/error.h"
#include "core/observation/preprocessing/preprocessing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool areCounts(const Matrix& activity) {
  for (Index t = 0; t < activity.cols(); ++t)
    for (Index i = 0; i < activity.rows(); ++i)
      if (const double x = activity(i, t); !std::isnan(x) && !(x >= 0 && x == std::floor(x))) return false;
  return true;
}

// Mean over the columns of what is there, times `scale`; missing where nothing is.
Vector binOf(ConstMatrixRef samples, double scale) {
  Vector value(samples.rows());
  for (Index i = 0; i < samples.rows(); ++i) {
    double sum = 0, count = 0;
    for (Index t = 0; t < samples.cols(); ++t)
      if (const double x = samples(i, t); !std::isnan(x)) sum += x, ++count;
    value(i) = count > 0 ? scale * sum / count : kMissing;
  }
  return value;
}

// sums += weight · values shifted by `lag` columns, as far as there are any.
void addShifted(MatrixRef sums, ConstMatrixRef values, Index lag, double weight) {
  const Index n = values.cols() - std::abs(lag);
  if (n <= 0) return;
  sums.middleCols(std::max<Index>(lag, 0), n).noalias() +=
      weight * values.middleCols(std::max<Index>(-lag, 0), n);
}

// X: N x T, what is missing 0; present: N x T of 1 and 0, or 1 x T if none is missing.
void smoothWithGaussian(MatrixRef X, MatrixRef present, double width, const Progress& progress) {
  const auto reach = static_cast<Index>(std::ceil(4 * width));
  const Matrix values = X, there = present;
  X.setZero();
  present.setZero();
  for (Index lag = -reach; lag <= reach; ++lag) {
    progress.throwIfStopped();
    const double s = static_cast<double>(lag) / width, weight = std::exp(-0.5 * s * s);
    addShifted(X, values, lag, weight);
    addShifted(present, there, lag, weight);
  }
}

void smoothWithThePast(MatrixRef X, MatrixRef present, double width) {
  const double keep = std::exp(-1 / width);
  for (Index t = 1; t < X.cols(); ++t) {
    X.col(t) += keep * X.col(t - 1);
    present.col(t) += keep * present.col(t - 1);
  }
}

}  // namespace

Recording inBins(Recording recording, double seconds) {
  constexpr double kAlike = 1e-3;  // of a sample
  const double dt = secondsBetweenSamples(recording, "a bin");
  const double samples = seconds / dt;
  const auto count = static_cast<Index>(std::llround(samples));
  if (count < 1 || std::abs(samples - static_cast<double>(count)) > kAlike * std::max(samples, 1.0))
    throw InputError("the bin is " + toText(seconds) + " s, and two samples are " + toText(dt) +
                     " s apart; allowed: a whole multiple of that");
  if (count == 1) return recording;
  const bool counts = areCounts(recording.activity);
  const auto bounds = trialBounds(recording);
  std::vector<Index> lengths;
  Index total = 0, left = 0;
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    const Index T = bounds[k + 1] - bounds[k];
    lengths.push_back(T / count);
    total += T / count;
    left += T % count;
  }
  Matrix activity(recording.activity.rows(), total),
      input(recording.input.rows(), recording.input.rows() ? total : 0);
  Index at = 0;
  for (std::size_t k = 0; k < lengths.size(); ++k)
    for (Index b = 0; b < lengths[k]; ++b, ++at) {
      const Index first = bounds[k] + b * count;
      activity.col(at) =
          binOf(recording.activity.middleCols(first, count), counts ? static_cast<double>(count) : 1.0);
      if (input.rows() > 0) input.col(at) = recording.input.middleCols(first, count).rowwise().mean();
    }
  recording.activity = std::move(activity);
  recording.input = std::move(input);
  if (recording.trialLengths.size() > 1) recording.trialLengths = std::move(lengths);
  recording.interval = seconds;
  recording.notes.push_back("bins of " + toText(seconds) + " s: " + (counts ? "sums" : "means") + " of " +
                            std::to_string(count) + " samples" +
                            (left > 0 ? "; " + std::to_string(left) +
                                            " samples at the end fill none and are "
                                            "left out"
                                      : ""));
  return recording;
}

Recording smoothed(Recording recording, Smoothing kind, double seconds, const Progress& progress) {
  const double dt = secondsBetweenSamples(recording, "smoothing");
  if (!(seconds > 0))
    throw InputError("the width of smoothing is " + toText(seconds) + " s; allowed: a number above 0");
  const double width = seconds / dt;
  const auto bounds = trialBounds(recording);
  const bool missing = recording.activity.hasNaN();
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    const Index T = bounds[k + 1] - bounds[k];
    Matrix X = recording.activity.middleCols(bounds[k], T);
    Matrix present = Matrix::Ones(missing ? X.rows() : 1, T);
    if (missing) {
      present = X.array().isNaN().select(0.0, present.array());
      X = X.array().isNaN().select(0.0, X.array());
    }
    const Matrix there = present;
    if (kind == Smoothing::gaussian)
      smoothWithGaussian(X, present, width, progress);
    else
      smoothWithThePast(X, present, width);
    for (Index t = 0; t < T; ++t)
      for (Index i = 0; i < X.rows(); ++i) {
        const Index row = missing ? i : 0;
        recording.activity(i, bounds[k] + t) = there(row, t) > 0 ? X(i, t) / present(row, t) : kMissing;
      }
  }
  return recording;
}

Recording squareRooted(Recording recording) {
  for (Index t = 0; t < recording.activity.cols(); ++t)
    for (Index i = 0; i < recording.activity.rows(); ++i)
      if (recording.activity(i, t) < 0)
        throw InputError("channel " + channelTitle(recording, i) + " is " + toText(recording.activity(i, t)) +
                         " at time point " + std::to_string(t + 1) +
                         ", which has no square root; allowed: from 0, or without that step");
  recording.activity = recording.activity.cwiseSqrt();
  return recording;
}

Recording detrended(Recording recording) {
  Matrix& X = recording.activity;
  for (Index i = 0; i < X.rows(); ++i) {
    double n = 0, meanTime = 0, mean = 0;
    for (Index t = 0; t < X.cols(); ++t)
      if (!std::isnan(X(i, t))) ++n, meanTime += static_cast<double>(t), mean += X(i, t);
    if (n < 2) continue;
    meanTime /= n;
    mean /= n;
    double both = 0, square = 0;
    for (Index t = 0; t < X.cols(); ++t)
      if (const double s = static_cast<double>(t) - meanTime; !std::isnan(X(i, t)))
        both += s * (X(i, t) - mean), square += s * s;
    for (Index t = 0; t < X.cols(); ++t) X(i, t) -= both / square * (static_cast<double>(t) - meanTime);
  }
  return recording;
}

Recording scaled(Recording recording, Scaling scaling, double constant) {
  if (scaling == Scaling::none) return recording;
  Matrix& X = recording.activity;
  if (const auto constants = constantChannels(X); scaling == Scaling::zscore && !constants.empty())
    throw InputError(
        "channels that do not vary cannot be made z-scores: " + channelTitles(recording, constants) +
        "; allowed: without them (drop:constant, recording.drop)");
  for (Index i = 0; i < X.rows(); ++i) {
    double n = 0, sum = 0, low = HUGE_VAL, high = -HUGE_VAL;
    for (Index t = 0; t < X.cols(); ++t)
      if (const double x = X(i, t); !std::isnan(x))
        ++n, sum += x, low = std::min(low, x), high = std::max(high, x);
    if (n == 0) continue;
    if (scaling == Scaling::soft) {
      if (high - low + constant > 0) X.row(i) /= high - low + constant;
      continue;
    }
    double squares = 0;
    for (Index t = 0; t < X.cols(); ++t)
      if (const double x = X(i, t) - sum / n; !std::isnan(x)) squares += x * x;
    X.row(i) = (X.row(i).array() - sum / n) / std::sqrt(squares / n);
  }
  return recording;
}

}  // namespace keyhole
