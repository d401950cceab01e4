#include "widgets/controls/slider_scale.h"

#include <algorithm>
#include <cmath>

namespace keyhole {

namespace {

constexpr int finestPositions = 1000;
constexpr double smallestAboveZero = 1e-12;
// Rounding to three digits moves a value by at most 0.5 %, so that steps above 1 % never coincide.
constexpr double finestLogStep = 0.0115;

double roundedTo(double value, double significantDigits) {
  if (value == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - significantDigits + 1);
  // Dividing by the reciprocal keeps short decimals short: 0.3 rather than 0.30000000000000004.
  return unit < 1 ? std::round(value / unit) / std::round(1 / unit) : std::round(value / unit) * unit;
}

}  // namespace

SliderScale SliderScale::of(const SettingRow& row) {
  return {row.minimum, row.maximum, row.scale, row.type == SettingType::integer};
}

double SliderScale::step() const {
  const double finest = (maximum - minimum) / finestPositions;
  const double power = std::pow(10.0, std::floor(std::log10(finest)));
  // The small tolerance makes a range such as 0.001 … 1 move in steps of 0.001 and not of 0.0005.
  const double mantissa = finest / power * 1.01;
  const double tidy = power * (mantissa >= 10 ? 10 : mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1);
  return whole ? std::max(1.0, tidy) : tidy;
}

double SliderScale::logFloor() const {
  if (minimum > 0) return minimum;
  return whole ? 1.0 : maximum * smallestAboveZero;
}

int SliderScale::positions() const {
  if (!(maximum > minimum)) return 0;
  if (scale == SettingScale::logarithmic)
    return std::clamp(static_cast<int>(std::log(maximum / logFloor()) / finestLogStep), 1, finestPositions);
  return static_cast<int>(std::ceil((maximum - minimum) / step() - 1e-6));
}

double SliderScale::value(int position) const {
  const int last = positions();
  if (position <= 0) return minimum;
  if (position >= last) return maximum;
  double result;
  if (scale == SettingScale::logarithmic) {
    const double share = static_cast<double>(position) / last;
    result = roundedTo(logFloor() * std::pow(maximum / logFloor(), share), 3);
  } else {
    const double multiple = std::round(minimum / step() + position);
    result = step() < 1 ? multiple / std::round(1 / step()) : multiple * step();
  }
  return std::clamp(whole ? std::round(result) : result, minimum, maximum);
}

int SliderScale::position(double value) const {
  const int last = positions();
  if (!(value > minimum)) return 0;
  if (value >= maximum) return last;
  if (scale == SettingScale::logarithmic) {
    const double share = std::log(value / logFloor()) / std::log(maximum / logFloor());
    const int lowest = minimum > 0 ? 0 : 1;
    return std::clamp(static_cast<int>(std::lround(share * last)), lowest, last);
  }
  return std::clamp(static_cast<int>(std::lround((value - minimum) / step())), 0, last);
}

bool SliderScale::isUseful() const {
  constexpr double widest = 1e7;
  return scale == SettingScale::logarithmic || !whole || maximum - minimum <= widest;
}

int SliderScale::stepped(int position, int steps) const {
  const int last = positions();
  const int direction = steps < 0 ? -1 : 1;
  int reached = std::clamp(position, 0, last);
  for (int taken = 0; taken != steps; taken += direction) {
    const double before = value(reached);
    do reached += direction;
    while (reached > 0 && reached < last && value(reached) == before);
    // Positions that share an end's value are that end.
    if (reached <= 0 || value(reached) == minimum) return 0;
    if (reached >= last || value(reached) == maximum) return last;
  }
  return reached;
}

}  // namespace keyhole
