#include "core/fitting/resampling/slow_time.h"

#include "core/linalg/pca.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unsupported/Eigen/FFT>

namespace keyhole {
namespace {

constexpr Index kLook = 20000;  // time points for the principal components

// Autocorrelation sums of one signal: of a trial, zero-padded so that no lag wraps around.
void addLags(Eigen::FFT<double>& fft, const Vector& signal, Vector& sums, Vector& pairs) {
  const Index n = signal.size(), lags = std::min(sums.size(), n);
  Index padded = 1;
  while (padded < n + lags) padded *= 2;
  Vector wide = Vector::Zero(padded);
  wide.head(n) = signal;
  Eigen::VectorXcd spectrum;
  fft.fwd(spectrum, wide);
  spectrum = spectrum.cwiseAbs2().cast<std::complex<double>>();
  Vector products;
  fft.inv(products, spectrum);
  sums.head(lags) += products.head(lags);
  for (Index lag = 0; lag < lags; ++lag) pairs(lag) += static_cast<double>(n - lag);
}

Vector signalOf(const Trial& trial, const Vector& direction, const Vector& means) {
  Vector signal(trial.activity.cols());
  for (Index t = 0; t < signal.size(); ++t) {
    double value = 0;
    for (Index i = 0; i < direction.size(); ++i) {
      const double deviation = trial.activity(i, t) - means(i);
      if (std::isfinite(deviation)) value += direction(i) * deviation;
    }
    signal(t) = value;
  }
  return signal;
}

Index lastAbove(const Vector& sums, const Vector& pairs, double share) {
  const double variance = pairs(0) > 0 ? sums(0) / pairs(0) : 0;
  if (!(variance > 0)) return 0;
  for (Index lag = sums.size() - 1; lag > 0; --lag)
    if (pairs(lag) > 0 && std::abs(sums(lag) / pairs(lag)) > share * variance) return lag;
  return 0;
}

// Samples spread evenly over all trials; missing ones stand at the mean.
Matrix someOf(const std::vector<Trial>& trials, const Vector& means) {
  Index all = 0;
  for (const auto& trial : trials) all += trial.activity.cols();
  const Index stride = std::max<Index>(1, all / kLook);
  Matrix some(means.size(), (all + stride - 1) / stride);
  Index at = 0, column = 0;
  for (const auto& trial : trials)
    for (Index t = 0; t < trial.activity.cols(); ++t, ++at) {
      if (at % stride != 0) continue;
      const auto sample = trial.activity.col(t);
      some.col(column++) = sample.array().isNaN().select(means, sample);
    }
  return some.leftCols(column);
}

}  // namespace

double slowTime(const std::vector<Trial>& trials, ConstMatrixRef directions, const Progress& progress) {
  Index longest = 0;
  for (const auto& trial : trials) longest = std::max(longest, trial.activity.cols());
  const Index lags = std::max<Index>(longest / 2, 1);
  const Vector means = channelMeans(trials, progress).values();
  Eigen::FFT<double> fft;
  Index slowest = 0;
  for (Index k = 0; k < directions.cols(); ++k) {
    Vector sums = Vector::Zero(lags), pairs = sums;
    for (const auto& trial : trials) {
      progress.throwIfStopped();
      addLags(fft, signalOf(trial, directions.col(k), means), sums, pairs);
    }
    slowest = std::max(slowest, lastAbove(sums, pairs, 1 / std::numbers::e));
  }
  return static_cast<double>(slowest + 1);
}

Matrix slowDirections(const std::vector<Trial>& trials, Index count, ConstMatrixRef own) {
  const Vector means = channelMeans(trials).values();
  const Matrix some = someOf(trials, means);
  const Index leading = some.cols() < 2 ? 0 : std::min({count, some.rows(), some.cols()});
  Matrix directions(means.size(), leading + own.rows());
  if (leading > 0) directions.leftCols(leading) = pca(some, leading).components;
  directions.rightCols(own.rows()) = own.transpose();
  for (auto column : directions.colwise())
    if (const double length = column.norm(); length > 0) column /= length;
  return directions;
}

}  // namespace keyhole
