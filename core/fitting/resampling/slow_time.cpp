#include "core/fitting/resampling/slow_time.h"

#include "core/fitting/autocorrelation.h"
#include "core/linalg/pca.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace keyhole {
namespace {

constexpr Index kLook = 20000;  // time points for the principal components

// n: time points of all trials.
Index lastAbove(const Vector& correlation, double share, double n) {
  constexpr double kErrors = 4;
  Index last = 0;
  double squares = 0;  // of the correlations up to the last one
  for (Index lag = 1; lag < correlation.size(); ++lag) {
    const double size = std::abs(correlation(lag));
    if (!(size > share)) continue;
    const double error = std::sqrt((1 + 2 * squares) / std::max(n - static_cast<double>(lag), 1.0));
    if (lag > 2 * last + 1 && size < kErrors * error) continue;
    squares += correlation.segment(last + 1, lag - last).squaredNorm();
    last = lag;
  }
  return last;
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

double slowTime(const std::vector<Trial>& trials, const ComplexMatrix& directions, const Progress& progress) {
  Index longest = 0;
  double all = 0;
  for (const auto& trial : trials) {
    longest = std::max(longest, trial.activity.cols());
    all += static_cast<double>(trial.activity.cols());
  }
  const Index lags = std::max<Index>(longest / 2, 1);
  Index slowest = 0;
  for (Index k = 0; k < directions.cols(); ++k)
    slowest = std::max(slowest, lastAbove(autocorrelation(trials, directions.col(k), lags, progress),
                                          1 / std::numbers::e, all));
  return static_cast<double>(slowest + 1);
}

ComplexMatrix slowDirections(const std::vector<Trial>& trials, Index count, const ComplexVector& own) {
  const Vector means = channelMeans(trials).values();
  const Matrix some = someOf(trials, means);
  const Index leading = some.cols() < 2 ? 0 : std::min({count, some.rows(), some.cols()});
  ComplexMatrix directions(means.size(), leading + (own.size() > 0 ? 1 : 0));
  if (leading > 0) directions.leftCols(leading) = pca(some, leading).components.cast<std::complex<double>>();
  if (own.size() > 0) directions.rightCols(1) = own;
  for (auto column : directions.colwise())
    if (const double length = column.norm(); length > 0) column /= length;
  return directions;
}

}  // namespace keyhole
