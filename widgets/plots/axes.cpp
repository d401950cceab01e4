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

DrawnLine straightened(const DrawnLine& line, double height) {
  DrawnLine kept;
  const auto keep = [&](qsizetype i) {
    kept.x.append(line.x[i]);
    kept.y.append(line.y[i]);
  };
  // The slopes from the last kept point that pass every point since within the height.
  double low = -HUGE_VAL, high = HUGE_VAL;
  qsizetype last = 0;
  for (qsizetype i = 0; i < line.x.size(); ++i) {
    const bool gap = std::isnan(line.y[i]) || (i > 0 && std::isnan(line.y[i - 1]));
    const double run = line.x[i] - line.x[last], rise = line.y[i] - line.y[last];
    const double slope = rise / run;
    if (i > 0 && !gap && run > 0 && slope >= low && slope <= high) {
      low = std::max(low, (rise - height) / run);
      high = std::min(high, (rise + height) / run);
      continue;
    }
    // The one before is the farthest that a straight line reaches.
    if (i > 0 && i - 1 != last) {
      keep(i - 1);
      last = i - 1;
    }
    if (i == 0 || gap || !(line.x[i] > line.x[last])) {
      keep(i);
      last = i;
      low = -HUGE_VAL;
      high = HUGE_VAL;
      continue;
    }
    const double step = line.x[i] - line.x[last], climb = line.y[i] - line.y[last];
    low = (climb - height) / step;
    high = (climb + height) / step;
  }
  if (!line.x.isEmpty() && last != line.x.size() - 1) keep(line.x.size() - 1);
  return kept;
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
