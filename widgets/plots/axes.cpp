#include "widgets/plots/axes.h"

#include <algorithm>
#include <cmath>

namespace keyhole {

void Range::include(double value) {
  if (!std::isfinite(value)) return;
  low = std::min(low, value);
  high = std::max(high, value);
}

Range Range::padded(double fraction) const {
  if (!(high > low)) return {low - 1, high + 1};
  return {low - fraction * size(), high + fraction * size()};
}

Range Range::of(ConstVectorRef values) {
  Range range{HUGE_VAL, -HUGE_VAL};
  for (const double value : values) range.include(value);
  return range.low <= range.high ? range : Range{};
}

EqualRanges equalAspect(Range x, Range y, QSizeF pixels) {
  if (!(pixels.width() > 0 && pixels.height() > 0 && x.size() > 0 && y.size() > 0)) return {x, y};
  const double perPixel = std::max(x.size() / pixels.width(), y.size() / pixels.height());
  const auto widened = [perPixel](Range range, double length) {
    const double centre = 0.5 * (range.low + range.high), half = 0.5 * perPixel * length;
    return Range{centre - half, centre + half};
  };
  return {widened(x, pixels.width()), widened(y, pixels.height())};
}

DrawnLine decimated(double x0, double dx, ConstVectorRef y, Index buckets) {
  DrawnLine line;
  const Index n = y.size();
  if (n <= 2 * buckets) {
    for (Index i = 0; i < n; ++i) {
      line.x.append(x0 + dx * static_cast<double>(i));
      line.y.append(y(i));
    }
    return line;
  }
  for (Index b = 0; b < buckets; ++b) {
    const Index begin = b * n / buckets, end = (b + 1) * n / buckets;
    Index smallest = begin, largest = begin;
    for (Index i = begin; i < end; ++i) {
      // What is missing (NaN) is passed over, but where there is nothing else: a gap.
      if (y(i) < y(smallest) || std::isnan(y(smallest))) smallest = i;
      if (y(i) > y(largest) || std::isnan(y(largest))) largest = i;
    }
    for (const Index i : {std::min(smallest, largest), std::max(smallest, largest)}) {
      line.x.append(x0 + dx * static_cast<double>(i));
      line.y.append(y(i));
    }
  }
  return line;
}

QString shortNumber(double value) {
  if (std::isnan(value)) return "undefined";
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  const double size = std::abs(value);
  if (size >= 1000 && size < 1e5) return QString::number(value, 'f', 0);
  return QString::number(value, 'g', 3);
}

QString percent(double fraction) {
  return QString::number(100 * fraction, 'f', fraction < 0.0995 ? 1 : 0) + " %";
}

}  // namespace keyhole
