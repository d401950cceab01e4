// A rotation of three-dimensional points, driven by a mouse; plain arithmetic.
#pragma once

#include "core/common/types.h"

#include <Eigen/Geometry>

namespace keyhole {

class Rotation {
 public:
  Rotation();  // a view from above the first octant

  // Turns about the screen's axes by a mouse's way in pixels: half a turn for `extent` pixels.
  void drag(double dx, double dy, double extent);

  // 3 x n points to 3 x n: x to the right, y upwards, z towards the viewer.
  Matrix apply(const Matrix& points) const { return m_turn * points; }
  const Eigen::Matrix3d& matrix() const { return m_turn; }

 private:
  Eigen::Matrix3d m_turn;
};

}  // namespace keyhole
