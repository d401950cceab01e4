#include "core/analysis/points/polyline.h"

#include <algorithm>
#include <cmath>

namespace keyhole {

double distanceFromLine(ConstVectorRef state, ConstMatrixRef points, bool closed) {
  double nearest = (state - points.col(0)).squaredNorm();
  const Index pieces = closed ? points.cols() : points.cols() - 1;
  for (Index j = 0; j < pieces; ++j) {
    const auto here = points.col(j);
    const Vector edge = points.col((j + 1) % points.cols()) - here, offset = state - here;
    const double length = edge.squaredNorm();
    const double along = length > 0 ? std::clamp(offset.dot(edge) / length, 0.0, 1.0) : 0.0;
    nearest = std::min(nearest, (offset - along * edge).squaredNorm());
  }
  return std::sqrt(nearest);
}

double lengthOfLine(ConstMatrixRef points, bool closed) {
  double length = 0;
  for (Index i = 1; i < points.cols(); ++i) length += (points.col(i) - points.col(i - 1)).norm();
  if (closed && points.cols() > 1) length += (points.col(0) - points.col(points.cols() - 1)).norm();
  return length;
}

}  // namespace keyhole
