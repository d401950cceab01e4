#include "core/fitting/cornn_errors.h"

#include "core/common/clones.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace keyhole {
namespace {

// tanh is 1 to the last bit from 19.1 on. The limit is handed down as a variable: where the compiler sees the
// constant, it makes a branch of its own for it and no longer vectorises the loop.
constexpr double kLimit = 20.0;
constexpr Index kChunk = 64;  // as many partial sums: the order of summation does not depend on the machine

// tanh(z) = numerator/denominator, both finite and the denominator positive: the division is left to the
// caller, who has another one to do. With w = 2|z| = n ln 2 + r and the rational approximation of e^r = (q +
// p)/(q - p) on |r| <= ½ ln 2 (as in Cephes), tanh |z| = (e^w - 1)/(e^w + 1) = (2ⁿ(q + p) - (q - p))/(2ⁿ(q +
// p) + (q - p)).
struct Quotient {
  double numerator, denominator;
};

inline Quotient tanhOf(double z, double limit) {
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const double size = std::min(std::abs(z), limit);
  const double w = 2.0 * size;
  const double shifted = w * 1.4426950408889634 + kRound;
  const double n = shifted - kRound;
  const double r = (w - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6;
  const double rr = r * r;
  const double p =
      r * ((1.26177193074810590878e-4 * rr + 3.02994407707441961300e-2) * rr + 9.99999999999999999910e-1);
  const double q =
      ((3.00198505138664455042e-6 * rr + 2.52448340349684104192e-3) * rr + 2.27265548208155028766e-1) * rr +
      2.0;
  const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) << 52) +
                                             std::bit_cast<std::uint64_t>(1.0));
  const double above = power * (q + p), below = q - p;
  return {std::copysign(above - below, z), above + below};
}

template <CornnLoss kLoss>
inline void oneError(double limit, double threshold, double z, double y, double& e, double& kept,
                     double& loss) {
  const Quotient tanh = tanhOf(z, limit);
  const double left = y * tanh.denominator - tanh.numerator;
  if constexpr (kLoss == CornnLoss::standard) {
    e = left / tanh.denominator;
    kept += 1.0;
    loss += e * e;
  } else {
    const double error = left / (tanh.denominator * (1.0 - y * y));
    const double size = std::abs(error);
    // All ones or all zeros: with numbers in their place the compiler would branch.
    const std::uint64_t inside = -static_cast<std::uint64_t>(size <= threshold);
    kept += std::bit_cast<double>(std::bit_cast<std::uint64_t>(1.0) & inside);
    const double clipped = std::min(size, threshold);
    if constexpr (kLoss == CornnLoss::weighted) {
      e = std::bit_cast<double>(std::bit_cast<std::uint64_t>(error) & inside);
      loss += clipped * clipped;
    } else {
      e = std::copysign(clipped, error);
      loss += clipped * (2.0 * size - clipped);  // e² within, 2c|e| - c² beyond
    }
  }
}

template <CornnLoss kLoss>
inline __attribute__((always_inline)) CornnErrorSums allErrors(double limit, double threshold,
                                                               const double* __restrict z,
                                                               const double* __restrict y,
                                                               double* __restrict e, Index count) {
  // Written in two steps, so that the compiler vectorises the first whatever it makes of the sums.
  double kept[kChunk] = {}, loss[kChunk] = {};
  for (Index first = 0; first < count; first += kChunk) {
    const Index n = std::min(kChunk, count - first);
    for (Index i = 0; i < n; ++i)
      oneError<kLoss>(limit, threshold, z[first + i], y[first + i], e[first + i], kept[i], loss[i]);
  }
  CornnErrorSums sums;
  for (Index i = 0; i < kChunk; ++i) {
    sums.kept += kept[i];
    sums.loss += loss[i];
  }
  return sums;
}

KEYHOLE_CLONES CornnErrorSums weightedErrors(double limit, double threshold, const double* z, const double* y,
                                             double* e, Index count) {
  return allErrors<CornnLoss::weighted>(limit, threshold, z, y, e, count);
}

KEYHOLE_CLONES CornnErrorSums standardErrors(double limit, const double* z, const double* y, double* e,
                                             Index count) {
  return allErrors<CornnLoss::standard>(limit, 0.0, z, y, e, count);
}

KEYHOLE_CLONES CornnErrorSums robustErrors(double limit, double threshold, const double* z, const double* y,
                                           double* e, Index count) {
  return allErrors<CornnLoss::robust>(limit, threshold, z, y, e, count);
}

}  // namespace

CornnErrorSums cornnErrors(CornnLoss loss, double threshold, const double* z, const double* y, double* e,
                           Index count) {
  switch (loss) {
    case CornnLoss::weighted:
      return weightedErrors(kLimit, threshold, z, y, e, count);
    case CornnLoss::standard:
      return standardErrors(kLimit, z, y, e, count);
    case CornnLoss::robust:
      break;
  }
  return robustErrors(kLimit, threshold, z, y, e, count);
}

}  // namespace keyhole
