#include "core/observation/summary/autocorrelation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr Index kLags = 16;  // of every scale

// Products at the lags 0 … 15 of one scale.
struct Scale {
  std::array<double, kLags> products = {}, pairs = {};
};

void add(Scale& scale, const std::vector<double>& x) {
  const auto n = static_cast<Index>(x.size());
  for (Index k = 0; k < std::min(kLags, n); ++k)
    for (Index t = 0; t + k < n; ++t) {
      const double product = x[static_cast<std::size_t>(t)] * x[static_cast<std::size_t>(t + k)];
      if (std::isnan(product)) continue;
      scale.products[static_cast<std::size_t>(k)] += product;
      scale.pairs[static_cast<std::size_t>(k)] += 1;
    }
}

std::vector<double> inPairs(const std::vector<double>& x) {
  std::vector<double> half(x.size() / 2);
  for (std::size_t i = 0; i < half.size(); ++i) {
    const double a = x[2 * i], b = x[2 * i + 1];
    half[i] = std::isnan(a) ? b : std::isnan(b) ? a : 0.5 * (a + b);
  }
  return half;
}

double meanProduct(const Scale& scale, Index lag) {
  const auto k = static_cast<std::size_t>(lag);
  return scale.pairs[k] > 0 ? scale.products[k] / scale.pairs[k] : std::nan("");
}

// Mean squares of differences over each lag, each unit in its own variance: sums to be divided by `pairs`.
struct Differences {
  std::vector<Index> lags;
  Vector squares, pairs;
};

std::vector<Index> doublingLags(Index longest) {
  std::vector<Index> lags;
  for (Index k = 1; k <= longest; k *= 2) {
    lags.push_back(k);
    if (k > 1 && k / 2 * 3 <= longest) lags.push_back(k / 2 * 3);
  }
  std::sort(lags.begin(), lags.end());
  return lags;
}

Vector variancesOf(const RecordedTrials& recorded) {
  const Index N = recorded.units();
  Vector sum = Vector::Zero(N), squares = sum, count = sum;
  Vector shift = Vector::Constant(N, std::nan(""));  // the first sample: a large mean costs no digits
  for (const auto& X : recorded.trials)
    for (Index t = 0; t < X.cols(); ++t)
      for (Index i = 0; i < N; ++i) {
        if (std::isnan(X(i, t))) continue;
        if (std::isnan(shift(i))) shift(i) = X(i, t);
        const double y = X(i, t) - shift(i);
        sum(i) += y, squares(i) += y * y, count(i) += 1;
      }
  count = count.cwiseMax(1.0);
  return squares.cwiseQuotient(count) - sum.cwiseQuotient(count).cwiseAbs2();
}

Differences differencesOf(const RecordedTrials& recorded, Index longest, const Progress& progress) {
  constexpr double kMost = 1e8;
  Differences found{doublingLags(longest), {}, {}};
  const auto lags = static_cast<Index>(found.lags.size());
  const double work = static_cast<double>(recorded.units() * recorded.timePoints() * lags);
  const auto every = static_cast<Index>(std::max(1.0, std::ceil(work / kMost)));
  const Vector variances = variancesOf(recorded);
  found.squares = found.pairs = Vector::Zero(lags);
  for (Index i = 0; i < recorded.units(); i += every) {
    progress.throwIfStopped();
    if (!(variances(i) > 0)) continue;
    for (const auto& X : recorded.trials) {
      const Vector x = X.row(i);
      for (Index k = 0; k < lags; ++k) {
        const Index lag = found.lags[static_cast<std::size_t>(k)];
        for (Index t = 0; t + lag < x.size(); ++t)
          if (const double d = x(t + lag) - x(t); !std::isnan(d)) {
            found.squares(k) += d * d / (2 * variances(i));
            found.pairs(k) += 1;
          }
      }
    }
  }
  return found;
}

}  // namespace

Index RecordedTrials::timePoints() const {
  Index T = 0;
  for (const auto& trial : trials) T += trial.cols();
  return T;
}

RecordedTrials recordedTrials(const Recording& recording) {
  RecordedTrials recorded;
  recorded.channelNames = recording.channelNames;
  recorded.source = recording.source;
  if (recording.intervalUnit == "s") recorded.seconds = recording.interval;
  const auto bounds = trialBounds(recording);
  const Index N = recording.activity.rows();
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k)
    recorded.trials.emplace_back(recording.activity.data() + N * bounds[k], N, bounds[k + 1] - bounds[k]);
  return recorded;
}

Autocorrelation autocorrelation(const std::vector<Vector>& series) {
  std::vector<std::vector<double>> now;
  std::size_t longest = 0;
  for (const auto& one : series) {
    now.emplace_back(one.data(), one.data() + one.size());
    longest = std::max(longest, now.back().size());
  }
  Autocorrelation found;
  double variance = 0;
  for (double step = 1; 2 * step <= static_cast<double>(longest); step *= 2) {
    Scale scale;
    for (auto& x : now) add(scale, x);
    if (step == 1) variance = meanProduct(scale, 0);
    if (!(variance > 0)) return found;
    for (Index k = step == 1 ? 1 : kLags / 2; k < kLags; ++k) {
      const double lag = step * static_cast<double>(k), product = meanProduct(scale, k);
      if (2 * lag > static_cast<double>(longest) || std::isnan(product)) return found;
      found.lags.push_back(lag);
      found.spacing.push_back(step);
      found.values.push_back(product / variance);
    }
    for (auto& x : now) x = inPairs(x);
  }
  return found;
}

double Autocorrelation::time() const {
  const double end = std::exp(-1);
  double before = 0, at = 1;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    if (values[i] <= end) return before + (lags[i] - before) * (at - end) / (at - values[i]);
    before = lags[i];
    at = values[i];
  }
  return lags.empty() ? std::numeric_limits<double>::infinity() : lags.back();
}

double Autocorrelation::timeOfSquares() const {
  constexpr double kWindow = 5;
  double time = 1;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    time += 2 * spacing[i] * values[i] * values[i];
    if (lags[i] >= kWindow * time) break;
  }
  return time;
}

Smoothness smoothness(const RecordedTrials& recorded, const Progress& progress) {
  // Of white noise through a Gaussian kernel of standard deviation s, D(2k) / D(k) = (1 - e^-4u) / (1 - e^-u)
  // with u = k² / 4s²; it is 2^1.5 at k = 1.0153 s.
  constexpr double kWidthPerLag = 2.3548 / 1.0153;
  const double limit = std::pow(2.0, 1.5);
  Index longest = 0;
  for (const auto& trial : recorded.trials) longest = std::max(longest, trial.cols());
  Smoothness result;
  const Differences found = differencesOf(recorded, longest / 4, progress);
  const auto D = [&](Index lag) {
    const auto at = std::find(found.lags.begin(), found.lags.end(), lag);
    if (at == found.lags.end()) return std::nan("");
    const auto i = at - found.lags.begin();
    return found.pairs(i) > 0 ? found.squares(i) / found.pairs(i) : std::nan("");
  };
  // D(0+), from D = a + b k² + c k⁴ through the first three lags.
  if (const double rough = 1.5 * D(1) - 0.6 * D(2) + 0.1 * D(3); !std::isnan(rough))
    result.roughShare = std::clamp(rough, 0.0, 1.0);
  double before = 0, ratioBefore = 4;
  for (const Index k : found.lags) {
    const double ratio = D(2 * k) / D(k);
    if (std::isnan(ratio)) break;
    if (ratio < limit) {
      if (before == 0) return result;
      const double share = (ratioBefore - limit) / (ratioBefore - ratio);
      result.width = kWidthPerLag * before * std::pow(static_cast<double>(k) / before, share);
      return result;
    }
    before = static_cast<double>(k);
    ratioBefore = ratio;
  }
  result.width = kWidthPerLag * before;
  result.atLeast = before > 0;
  return result;
}

}  // namespace keyhole
