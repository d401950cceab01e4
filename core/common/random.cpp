#include "core/common/random.h"

#include "core/common/clones.h"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>

namespace keyhole {
namespace {

constexpr double kTwoToMinus53 = 0x1.0p-53;

// The rational approximations of AS 241 (PPND16), coefficients from low to high degree.
inline double central(double q) {
  const double r = 0.180625 - q * q;
  const double numerator =
      ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r +
          4.5921953931549871457e4) *
             r +
         1.3731693765509461125e4) *
            r +
        1.9715909503065514427e3) *
           r +
       1.3314166789178437745e2) *
          r +
      3.3871328727963666080e0;
  const double denominator =
      ((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r +
          2.1213794301586595867e4) *
             r +
         5.3941960214247511077e3) *
            r +
        6.8718700749205790830e2) *
           r +
       4.2313330701600911252e1) *
          r +
      1.0;
  return q * numerator / denominator;
}

double nearTail(double r) {
  r -= 1.6;
  const double numerator =
      ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r +
          1.27045825245236838258e0) *
             r +
         3.64784832476320460504e0) *
            r +
        5.76949722146069140550e0) *
           r +
       4.63033784615654529590e0) *
          r +
      1.42343711074968357734e0;
  const double denominator =
      ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r +
          1.48103976427480074590e-1) *
             r +
         6.89767334985100004550e-1) *
            r +
        1.67638483018380384940e0) *
           r +
       2.05319162663775882187e0) *
          r +
      1.0;
  return numerator / denominator;
}

double farTail(double r) {
  r -= 5.0;
  const double numerator =
      ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r +
          2.65321895265761230930e-2) *
             r +
         2.96560571828504891230e-1) *
            r +
        1.78482653991729133580e0) *
           r +
       5.46378491116411436990e0) *
          r +
      6.65790464350110377720e0;
  const double denominator =
      ((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r +
          7.86869131145613259100e-4) *
             r +
         1.48753612908506148525e-2) *
            r +
        1.36929880922735805310e-1) *
           r +
       5.99832206555887937690e-1) *
          r +
      1.0;
  return numerator / denominator;
}

double tail(double p, double q) {
  const double r = std::sqrt(-std::log(q < 0 ? p : 1.0 - p));
  const double value = r <= 5.0 ? nearTail(r) : farTail(r);
  return q < 0 ? -value : value;
}

KEYHOLE_CLONES void centralAll(const double* p, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = central(p[i] - 0.5);
}

// Fills out with uniforms in (0, 1): (k + ½) 2⁻⁵³ for the upper 53 bits k of each 64-bit word.
void fillUniforms(std::uint64_t seed, std::uint64_t stream, std::uint64_t substream, std::uint64_t row,
                  std::uint64_t firstPosition, std::span<double> out) {
  assert(firstPosition % 4 == 0);
  r123::Philox4x64 philox;
  const r123::Philox4x64::key_type key = {{seed, (stream << 32) ^ substream}};
  for (std::size_t i = 0; i < out.size(); i += 4) {
    const r123::Philox4x64::ctr_type counter = {{(firstPosition + i) / 4, row, 0, 0}};
    const auto words = philox(counter, key);
    const std::size_t n = std::min<std::size_t>(4, out.size() - i);
    for (std::size_t k = 0; k < n; ++k)
      out[i + k] = (static_cast<double>(words[k] >> 11) + 0.5) * kTwoToMinus53;
  }
}

}  // namespace

double inverseNormal(double p) {
  const double q = p - 0.5;
  return std::abs(q) <= 0.425 ? central(q) : tail(p, q);
}

RandomStream::RandomStream(std::uint64_t seed, Stream stream, std::uint64_t substream)
    : m_seed(seed), m_stream(static_cast<std::uint64_t>(stream)), m_substream(substream) {}

void RandomStream::uniforms(std::uint64_t row, std::span<double> out, std::uint64_t firstPosition) const {
  fillUniforms(m_seed, m_stream, m_substream, row, firstPosition, out);
}

void RandomStream::normals(std::uint64_t row, std::span<double> out, std::uint64_t firstPosition) const {
  // In pieces: the central formula for all of a piece in one vectorisable loop (85 % need no more), then the
  // tails.
  constexpr std::size_t kPiece = 256;
  std::array<double, kPiece> p;
  for (std::size_t start = 0; start < out.size(); start += kPiece) {
    const std::size_t n = std::min(kPiece, out.size() - start);
    fillUniforms(m_seed, m_stream, m_substream, row, firstPosition + start, {p.data(), n});
    centralAll(p.data(), out.data() + start, n);
    for (std::size_t i = 0; i < n; ++i)
      if (std::abs(p[i] - 0.5) > 0.425) out[start + i] = tail(p[i], p[i] - 0.5);
  }
}

Matrix RandomStream::normalMatrix(Index rows, Index columns, std::uint64_t firstRow) const {
  Matrix values(rows, columns);
  for (Index j = 0; j < columns; ++j)
    normals(firstRow + static_cast<std::uint64_t>(j), {values.col(j).data(), static_cast<std::size_t>(rows)});
  return values;
}

std::vector<Index> RandomStream::permutation(Index n) const {
  std::vector<double> keys(static_cast<std::size_t>(n));
  uniforms(0, keys);
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  // Sorting by random keys; ties (probability below 2⁻³⁰ for n < 10⁴) keep their order.
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return keys[static_cast<std::size_t>(a)] < keys[static_cast<std::size_t>(b)];
  });
  return order;
}

}  // namespace keyhole
