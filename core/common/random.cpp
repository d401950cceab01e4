#include "core/common/random.h"

#include "core/common/clones.h"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <bit>
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

// Single precision: AS 241's PPND7. k is a 32-bit number, the uniform one (k + ½) 2⁻³².
constexpr float kTwoToMinus32 = 0x1.0p-32f, kCentral = 0.425f;

inline float distanceFromHalf(std::uint32_t k) {
  return (static_cast<float>(static_cast<std::int32_t>(k ^ 0x80000000U)) + 0.5F) * kTwoToMinus32;
}

KEYHOLE_CLONES void centralAll(const std::uint32_t* k, float* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float q = distanceFromHalf(k[i]);
    const float r = 0.180625F - q * q;
    const float numerator =
        ((5.9109374720e1F * r + 1.5929113202e2F) * r + 5.0434271938e1F) * r + 3.3871327179e0F;
    const float denominator = ((6.7187563600e1F * r + 7.8757757664e1F) * r + 1.7895169469e1F) * r + 1.0F;
    out[i] = q * numerator / denominator;
  }
}

// -ln p for a normal p in (0, 1): p = 2^e m with m in [√½, √2), and ln m by its series of
// artanh((m-1)/(m+1)), whose first term left out is below 1e-8.
inline float minusLog(float p) {
  const auto bits = std::bit_cast<std::uint32_t>(p);
  constexpr std::uint32_t kRootHalf = 0x3f3504f3U;  // the bits of √½
  const std::uint32_t shifted = bits - kRootHalf;
  const auto e = static_cast<float>(static_cast<std::int32_t>(shifted) >> 23);
  const float m = std::bit_cast<float>((shifted & 0x007fffffU) + kRootHalf);
  const float z = (m - 1.0F) / (m + 1.0F), w = z * z;
  const float series = ((((w / 9.0F + 1.0F / 7.0F) * w + 0.2F) * w + 1.0F / 3.0F) * w + 1.0F) * 2.0F * z;
  return -(e * 0.693147180559945F + series);
}

// Beyond |q| = 0.425; the least p is 2⁻³³, so that √(-ln p) is below 5 and the region of far tails is not
// reached.
KEYHOLE_CLONES void tailAll(const std::uint32_t* k, float* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t least = std::min(k[i], ~k[i]);
    const float p = (static_cast<float>(static_cast<std::int32_t>(least)) + 0.5F) * kTwoToMinus32;
    const float r = std::sqrt(minusLog(p)) - 1.6F;
    const float numerator =
        ((1.7023821103e-1F * r + 1.3067284816e0F) * r + 2.7568153900e0F) * r + 1.4234372777e0F;
    const float value = numerator / ((1.2021132975e-1F * r + 7.3700164250e-1F) * r + 1.0F);
    out[i] = k[i] < 0x80000000U ? -value : value;
  }
}

}  // namespace

double inverseNormal(double p) {
  const double q = p - 0.5;
  return std::abs(q) <= 0.425 ? central(q) : tail(p, q);
}

float inverseNormalSingle(std::uint32_t k) {
  float value = 0;
  if (std::abs(distanceFromHalf(k)) > kCentral)
    tailAll(&k, &value, 1);
  else
    centralAll(&k, &value, 1);
  return value;
}

RandomStream::RandomStream(std::uint64_t seed, Stream stream, std::uint64_t substream)
    : m_seed(seed), m_stream(static_cast<std::uint64_t>(stream)), m_substream(substream) {}

void RandomStream::uniforms(std::uint64_t row, std::span<double> out, std::uint64_t firstPosition) const {
  fillUniforms(m_seed, m_stream, m_substream, row, firstPosition, out);
}

void RandomStream::normals(std::uint64_t row, std::span<double> out, std::uint64_t firstPosition) const {
  // In pieces: the central formula for all of a piece in one vectorisable loop (85 % need no more), then the
  // tails.
  constexpr std::size_t kDrawn = 256;
  std::array<double, kDrawn> p;
  for (std::size_t start = 0; start < out.size(); start += kDrawn) {
    const std::size_t n = std::min(kDrawn, out.size() - start);
    fillUniforms(m_seed, m_stream, m_substream, row, firstPosition + start, {p.data(), n});
    centralAll(p.data(), out.data() + start, n);
    for (std::size_t i = 0; i < n; ++i)
      if (std::abs(p[i] - 0.5) > 0.425) out[start + i] = tail(p[i], p[i] - 0.5);
  }
}

void RandomStream::normals(std::uint64_t row, std::span<float> out, std::uint64_t firstPosition) const {
  assert(firstPosition % 8 == 0);
  constexpr std::size_t kDrawn = 256;
  std::array<std::uint32_t, kDrawn> k;
  std::array<std::uint32_t, kDrawn + 1> far;
  std::array<std::size_t, kDrawn + 1> places;
  std::array<float, kDrawn> piece, tails;
  r123::Philox4x64 philox;
  const r123::Philox4x64::key_type key = {{m_seed, (m_stream << 32) ^ m_substream}};
  for (std::size_t start = 0; start < out.size(); start += kDrawn) {
    const std::size_t n = std::min(kDrawn, out.size() - start);
    for (std::size_t i = 0; i < n; i += 8) {
      // The third word keeps these numbers apart from those of double precision.
      const auto words =
          philox(r123::Philox4x64::ctr_type{{(firstPosition + start + i) / 8, row, 1, 0}}, key);
      for (std::size_t j = 0; j < 4; ++j) {
        k[i + 2 * j] = static_cast<std::uint32_t>(words[j]);
        k[i + 2 * j + 1] = static_cast<std::uint32_t>(words[j] >> 32);
      }
    }
    centralAll(k.data(), piece.data(), n);
    std::size_t beyond = 0;
    for (std::size_t i = 0; i < n; ++i) {
      places[beyond] = i;
      far[beyond] = k[i];
      beyond += std::abs(distanceFromHalf(k[i])) > kCentral;
    }
    tailAll(far.data(), tails.data(), beyond);
    for (std::size_t i = 0; i < beyond; ++i) piece[places[i]] = tails[i];
    std::copy_n(piece.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(start));
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
