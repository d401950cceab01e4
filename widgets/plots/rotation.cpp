#include "widgets/plots/rotation.h"

#include <numbers>

namespace keyhole {
namespace {

using Eigen::AngleAxisd;
using Eigen::Vector3d;

}  // namespace

// The points' third axis stands upright.
Rotation::Rotation()
    : m_turn(
          (AngleAxisd(-1.15, Vector3d::UnitX()) * AngleAxisd(-0.6, Vector3d::UnitZ())).toRotationMatrix()) {}

void Rotation::drag(double dx, double dy, double extent) {
  const double perPixel = std::numbers::pi / extent;
  const Eigen::Matrix3d step =
      (AngleAxisd(dx * perPixel, Vector3d::UnitY()) * AngleAxisd(dy * perPixel, Vector3d::UnitX()))
          .toRotationMatrix();
  // Made orthonormal again, so that a long drag does not shear the picture.
  m_turn = Eigen::Quaterniond(step * m_turn).normalized().toRotationMatrix();
}

}  // namespace keyhole
