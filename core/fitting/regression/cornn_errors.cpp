#include "core/fitting/regression/cornn_errors.h"

#include "core/common/clones.h"

#include <algorithm>
#include <cstdint>

namespace keyhole {
namespace {

// Eight numbers at a time, in the notation of GCC and Clang: left to itself the compiler makes branches of
// the comparisons and vectorises nothing. Without AVX-512 each operation becomes two or four, with the same
// results.
constexpr Index kLanes = 8;
using Numbers = double __attribute__((vector_size(64)));
using Unaligned = double __attribute__((vector_size(64), aligned(8), may_alias));
using Bits = std::int64_t __attribute__((vector_size(64)));

constexpr std::int64_t kOne = 0x3ff0000000000000;  // the bits of 1.0
constexpr std::int64_t kAllButSign = 0x7fffffffffffffff;

struct Sums {
  double kept[kLanes], loss[kLanes];
};

// tanh z is a quotient here, so that its division and that by 1 - y² are one. With 2z = n ln 2 + r and the
// rational approximation e^r = (q + p)/(q - p) on |r| <= ½ ln 2 (as in Cephes; here in r/2),
//   tanh z = (e^(2z) - 1)/(e^(2z) + 1) = (2ⁿ(q + p) - (q - p)) / (2ⁿ(q + p) + (q - p)).
template <CornnLoss kLoss>
inline __attribute__((always_inline)) void addErrors(double threshold, const double* z, const double* y,
                                                     double* e, Index count, Sums& sums) {
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const Numbers zero{};
  const Numbers limit = zero + 20.0;  // tanh is ±1 to the last bit from 19.1 on
  const Numbers bound = zero + threshold;
  Bits kept{};
  Numbers loss{};
  for (Index t = 0; t < count; t += kLanes) {
    const Numbers target = *reinterpret_cast<const Unaligned*>(y + t);
    Numbers x = *reinterpret_cast<const Unaligned*>(z + t);
    x = x < limit ? x : limit;
    x = x > -limit ? x : -limit;
    const Numbers shifted = x * 2.8853900817779268 + kRound;  // 2/ln 2
    const Numbers n = shifted - kRound;
    const Numbers r = (x - n * 3.465728759765625e-1) - n * 7.1430341015470861606e-7;  // ½ ln 2 in two parts
    const Numbers rr = r * r;
    const Numbers p = r * ((32 * 1.26177193074810590878e-4 * rr + 8 * 3.02994407707441961300e-2) * rr + 2.0);
    const Numbers q = ((64 * 3.00198505138664455042e-6 * rr + 16 * 2.52448340349684104192e-3) * rr +
                       4 * 2.27265548208155028766e-1) *
                          rr +
                      2.0;
    const Numbers power = reinterpret_cast<Numbers>((reinterpret_cast<Bits>(shifted) << 52) + kOne);
    const Numbers above = power * (q + p), below = q - p;
    const Numbers denominator = above + below;
    const Numbers left = target * denominator - (above - below);
    Numbers error;
    if constexpr (kLoss == CornnLoss::standard) {
      error = left / denominator;
      loss += error * error;
    } else {
      error = left / (denominator * (1.0 - target * target));
      const Bits bits = reinterpret_cast<Bits>(error);
      const Numbers size = reinterpret_cast<Numbers>(bits & kAllButSign);
      const Bits inside = size <= bound;  // all ones where true, which is -1
      kept -= inside;
      const Numbers clipped = size < bound ? size : bound;
      if constexpr (kLoss == CornnLoss::weighted) {
        error = reinterpret_cast<Numbers>(bits & inside);
        loss += clipped * clipped;
      } else {
        error = reinterpret_cast<Numbers>((bits & ~kAllButSign) | reinterpret_cast<Bits>(clipped));
        loss += clipped * (2.0 * size - clipped);  // e² within, 2c|e| - c² beyond
      }
    }
    *reinterpret_cast<Unaligned*>(e + t) = error;
  }
  for (Index lane = 0; lane < kLanes; ++lane) {
    sums.kept[lane] += static_cast<double>(kept[lane]);
    sums.loss[lane] += loss[lane];
  }
}

KEYHOLE_CLONES void addWeighted(double threshold, const double* z, const double* y, double* e, Index count,
                                Sums& sums) {
  addErrors<CornnLoss::weighted>(threshold, z, y, e, count, sums);
}

KEYHOLE_CLONES void addStandard(double threshold, const double* z, const double* y, double* e, Index count,
                                Sums& sums) {
  addErrors<CornnLoss::standard>(threshold, z, y, e, count, sums);
}

KEYHOLE_CLONES void addRobust(double threshold, const double* z, const double* y, double* e, Index count,
                              Sums& sums) {
  addErrors<CornnLoss::robust>(threshold, z, y, e, count, sums);
}

// count a multiple of kLanes
void addWhole(CornnLoss loss, double threshold, const double* z, const double* y, double* e, Index count,
              Sums& sums) {
  switch (loss) {
    case CornnLoss::weighted:
      return addWeighted(threshold, z, y, e, count, sums);
    case CornnLoss::standard:
      return addStandard(threshold, z, y, e, count, sums);
    case CornnLoss::robust:
      return addRobust(threshold, z, y, e, count, sums);
  }
}

double sumOf(const double (&lanes)[kLanes]) {
  static_assert(kLanes == 8);
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

}  // namespace

CornnErrorSums cornnErrors(CornnLoss loss, double threshold, const double* z, const double* y, double* e,
                           Index count) {
  Sums lanes{};
  const Index whole = count / kLanes * kLanes, rest = count - whole;
  addWhole(loss, threshold, z, y, e, whole, lanes);
  double added = 0;
  if (rest > 0) {  // filled up with zeros, whose errors are zero
    double lastZ[kLanes] = {}, lastY[kLanes] = {}, lastE[kLanes];
    std::copy_n(z + whole, rest, lastZ);
    std::copy_n(y + whole, rest, lastY);
    addWhole(loss, threshold, lastZ, lastY, lastE, kLanes, lanes);
    std::copy_n(lastE, rest, e + whole);
    added = static_cast<double>(kLanes - rest);
  }
  CornnErrorSums sums;
  sums.kept = loss == CornnLoss::standard ? static_cast<double>(count) : sumOf(lanes.kept) - added;
  sums.loss = sumOf(lanes.loss);
  return sums;
}

}  // namespace keyhole
