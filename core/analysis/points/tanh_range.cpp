#include "core/analysis/points/tanh_range.h"

#include "core/network/nonlinearity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kValue = 1e-15;       // relative, of tanh
constexpr double kDerivative = 1e-14;  // absolute, of 1 - tanh²
constexpr double kSlope = 1e-10;       // absolute, of slopes …
constexpr double kApart = 1e-4;        // … over at least this distance

Vector tanhOf(const Vector& x) {
  Vector t(x.size());
  applyNonlinearity(Nonlinearity::tanh, x.data(), t.data(), x.size());
  return t;
}

double derivativeFrom(double t) {
  return (1 - t) * (1 + t);
}

// From tanh at both ends.
Interval derivativeRange(double low, double high, double tanhLow, double tanhHigh) {
  const double atLow = derivativeFrom(tanhLow), atHigh = derivativeFrom(tanhHigh);
  const double largest = low <= 0 && high >= 0 ? 1 : std::max(atLow, atHigh);
  return {std::max(0.0, std::min(atLow, atHigh) - kDerivative), std::min(1.0, largest + kDerivative)};
}

struct Ends {
  double low, c, high, tanhLow, tanhC, tanhHigh;
};

// c >= 0.
Interval slopeRange(const Ends& at) {
  if (at.c - at.low < kApart || at.high - at.c < kApart)
    return derivativeRange(at.low, at.high, at.tanhLow, at.tanhHigh);
  const double slopeLow = (at.tanhC - at.tanhLow) / (at.c - at.low);
  const double slopeHigh = (at.tanhHigh - at.tanhC) / (at.high - at.c);
  double largest = slopeLow;
  if (derivativeFrom(at.tanhLow) < slopeLow + kSlope) {
    // The maximum may lie inside.
    const double x = -0.38 * std::min(at.c, 2.0), t = std::tanh(x);
    const double here = derivativeFrom(t);
    largest = x > at.low && here >= (at.tanhC - t) / (at.c - x) + kSlope ? here : 1;
  }
  return {std::max(0.0, std::min(slopeLow, slopeHigh) - kSlope), std::min(1.0, largest + kSlope)};
}

}  // namespace

Box tanhRange(const Box& box) {
  Box range{tanhOf(box.low), tanhOf(box.high)};
  range.low = (range.low.array() - kValue * range.low.array().abs()).max(-1);
  range.high = (range.high.array() + kValue * range.high.array().abs()).min(1);
  return range;
}

Interval inverseTanhRange(double low, double high) {
  // d atanh(t)/dt = 1/(1 - t²): an error of 1e-15 in 1 - |t| is one of 1e-15/(1 - |t|) in the result.
  const auto margin = [](double t) { return 1e-14 * (1 / (1 - std::abs(t)) + std::abs(std::atanh(t))); };
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  return {low > -1 && low < 1 ? std::atanh(low) - margin(low) : (low >= 1 ? kInfinite : -kInfinite),
          high > -1 && high < 1 ? std::atanh(high) + margin(high) : (high <= -1 ? -kInfinite : kInfinite)};
}

Box tanhDerivativeRange(const Box& box) {
  const Vector low = tanhOf(box.low), high = tanhOf(box.high);
  Box range = box;
  for (Index k = 0; k < box.size(); ++k) {
    const Interval one = derivativeRange(box.low(k), box.high(k), low(k), high(k));
    range.low(k) = one.low;
    range.high(k) = one.high;
  }
  return range;
}

Box tanhSlopeRange(const Box& box, const Vector& c) {
  const Vector low = tanhOf(box.low), middle = tanhOf(c), high = tanhOf(box.high);
  Box range = box;
  for (Index k = 0; k < box.size(); ++k) {
    const Interval one = c(k) >= 0
                             ? slopeRange({box.low(k), c(k), box.high(k), low(k), middle(k), high(k)})
                             : slopeRange({-box.high(k), -c(k), -box.low(k), -high(k), -middle(k), -low(k)});
    range.low(k) = one.low;
    range.high(k) = one.high;
  }
  return range;
}

}  // namespace keyhole
