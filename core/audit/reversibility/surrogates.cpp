#include "core/audit/reversibility/surrogates.h"

#include "core/common/random.h"

#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/FFT>

namespace keyhole {
namespace {

constexpr Index kMostNeighbours = 8;

}  // namespace

Matrix reversibleSurrogate(const ComplexMatrix& transform, Index T, std::uint64_t seed, std::uint64_t trial) {
  const Index p = transform.rows(), J = transform.cols();
  const RandomStream random(seed, Stream::probe, trial);
  ComplexMatrix drawn(p, J);
  std::vector<double> g(4 * (2 * kMostNeighbours + 1));
  for (Index j = 0; j < J; ++j) {
    const Index reach = std::min(kMostNeighbours, (j + 1) / 4);
    const Index from = std::max<Index>(0, j - reach), to = std::min(J - 1, j + reach);
    random.normals(static_cast<std::uint64_t>(j), g);
    // Σ (Re d g + Im d h) with complex normal g, h of unit variance has the covariance Σ (Re d Re dᵀ + Im d
    // Im dᵀ) = Re Σ d dᴴ.
    ComplexVector sum = ComplexVector::Zero(p);
    std::size_t at = 0;
    for (Index i = from; i <= to; ++i, at += 4) {
      sum += std::complex<double>(g[at], g[at + 1]) * transform.col(i).real();
      sum += std::complex<double>(g[at + 2], g[at + 3]) * transform.col(i).imag();
    }
    drawn.col(j) = sum / std::sqrt(2 * static_cast<double>(to - from + 1));
  }
  Matrix made(p, T);
  Eigen::FFT<double> fft;
  ComplexVector spectrum = ComplexVector::Zero(T), series;
  for (Index i = 0; i < p; ++i) {
    spectrum.setZero();
    for (Index j = 0; j < J; ++j) {
      spectrum(j + 1) = drawn(i, j);
      spectrum(T - 1 - j) = std::conj(drawn(i, j));
    }
    fft.inv(series, spectrum);
    made.row(i) = series.real().transpose();
  }
  return made;
}

}  // namespace keyhole
