#include "core/network/nonlinearity.h"

#include "core/common/clones.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace keyhole {
namespace {

// e^y for 0 <= y <= 40: y = n ln 2 + r, rational approximation of e^r on |r| <= ½ ln 2 (as in Cephes).
inline double expOf(double y) {
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const double shifted = y * 1.4426950408889634 + kRound;
  const double n = shifted - kRound;
  const double r = (y - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6;
  const double rr = r * r;
  const double p =
      r * ((1.26177193074810590878e-4 * rr + 3.02994407707441961300e-2) * rr + 9.99999999999999999910e-1);
  const double q =
      ((3.00198505138664455042e-6 * rr + 2.52448340349684104192e-3) * rr + 2.27265548208155028766e-1) * rr +
      2.0;
  const double mantissa = 1.0 + 2.0 * (p / (q - p));
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(mantissa) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52));
}

inline double tanhOf(double x) {
  const double size = std::abs(x);
  const double z = x * x;
  const double p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
  const double q =
      ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3;
  const double small = x + x * (z * p / q);
  const double limited = std::min(size, 20.0);  // tanh is 1 to the last bit from 19.1 on; NaN stays NaN
  const double large = std::copysign(1.0 - 2.0 / (expOf(2.0 * limited) + 1.0), x);
  return size < 0.625 ? small : large;
}

KEYHOLE_CLONES void tanhAll(const double* in, double* out, Index count) {
  for (Index i = 0; i < count; ++i) out[i] = tanhOf(in[i]);
}

}  // namespace

std::string nameOf(Nonlinearity phi) {
  return phi == Nonlinearity::tanh ? "tanh" : "linear";
}

std::string nameOf(Convention convention) {
  return convention == Convention::leakyRate ? "leaky-rate" : "standard";
}

void applyNonlinearity(Nonlinearity phi, const double* in, double* out, Index count) {
  if (phi == Nonlinearity::tanh) {
    tanhAll(in, out, count);
  } else if (in != out) {
    std::copy(in, in + count, out);
  }
}

Matrix applied(Nonlinearity phi, ConstMatrixRef X) {
  Matrix result = X;
  applyNonlinearity(phi, result.data(), result.data(), result.size());
  return result;
}

}  // namespace keyhole
