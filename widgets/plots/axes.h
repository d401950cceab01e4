// Arithmetic of the pictures, without a window: ranges, decimation, equal aspect, numbers as short text.
#pragma once

#include "core/common/types.h"

#include <QSizeF>
#include <QString>
#include <QVector>

namespace keyhole {

struct Range {
  double low = 0, high = 1;
  double size() const { return high - low; }
  void include(double value);
  Range padded(double fraction) const;  // by this fraction of its size on either side; ±1 if it has no size
  static Range of(ConstVectorRef values);  // of the finite ones; 0 … 1 if there is none
};

// The smallest ranges that contain x and y and have the same number of units per pixel in both directions.
struct EqualRanges {
  Range x, y;
};
EqualRanges equalAspect(Range x, Range y, QSizeF pixels);

// At most 2 · `buckets` points that draw the same line: smallest and largest value of every bucket of
// consecutive samples.
struct DrawnLine {
  QVector<double> x, y;
};
DrawnLine decimated(double x0, double dx, ConstVectorRef y, Index buckets);

// The same line with fewer points: those are left out that lie within `height` (in y) of the straight line
// between those that are kept. Gaps (NaN) stay. Cost: one pass.
DrawnLine straightened(const DrawnLine& line, double height);

// Three significant digits, without exponent between 1e-3 and 1e5.
QString shortNumber(double value);

QString percent(double fraction);  // "61 %"

}  // namespace keyhole
