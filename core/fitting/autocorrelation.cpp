#include "core/fitting/autocorrelation.h"

#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/FFT>

namespace keyhole {
namespace {

// Adds Σ z̄_t z_{t+l} of a trial's signal, zero-padded so that no lag wraps around.
void addLags(Eigen::FFT<double>& fft, const ComplexVector& signal, ComplexVector& sums, Vector& pairs) {
  const Index n = signal.size(), lags = std::min(sums.size(), n);
  Index padded = 1;
  while (padded < n + lags) padded *= 2;
  ComplexVector wide = ComplexVector::Zero(padded);
  wide.head(n) = signal;
  ComplexVector spectrum, products;
  fft.fwd(spectrum, wide);
  spectrum = spectrum.cwiseAbs2().cast<std::complex<double>>();
  fft.inv(products, spectrum);
  sums.head(lags) += products.head(lags);
  for (Index lag = 0; lag < lags; ++lag) pairs(lag) += static_cast<double>(n - lag);
}

ComplexVector signalOf(const Trial& trial, const ComplexVector& direction, const Vector& means) {
  ComplexVector signal = ComplexVector::Zero(trial.activity.cols());
  for (Index t = 0; t < signal.size(); ++t)
    for (Index i = 0; i < direction.size(); ++i)
      if (const double deviation = trial.activity(i, t) - means(i); std::isfinite(deviation))
        signal(t) += direction(i) * deviation;
  return signal;
}

}  // namespace

Vector autocorrelation(const std::vector<Trial>& trials, const ComplexVector& direction, Index lags,
                       const Progress& progress) {
  const Vector means = channelMeans(trials, progress).values();
  Eigen::FFT<double> fft;
  ComplexVector sums = ComplexVector::Zero(lags);
  Vector pairs = Vector::Zero(lags);
  for (const auto& trial : trials) {
    progress.throwIfStopped();
    addLags(fft, signalOf(trial, direction, means), sums, pairs);
  }
  const double variance = lags > 0 && pairs(0) > 0 ? sums(0).real() / pairs(0) : 0;
  if (!(variance > 0)) return Vector::Zero(lags);
  const ComplexVector mean = sums.array() / (pairs.cwiseMax(1.0) * variance).array();
  return direction.imag().isZero(0) ? Vector(mean.real()) : Vector(mean.cwiseAbs());
}

}  // namespace keyhole
