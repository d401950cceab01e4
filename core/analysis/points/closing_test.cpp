#include "core/analysis/points/closing_test.h"

namespace keyhole {

bool ClosingTest::closes(const Vector& before, const Vector& after, const Vector& direction) const {
  constexpr double kNear = 1.0 / 3, kAligned = 0.7;
  const double behind = m_direction.dot(before - m_start), ahead = m_direction.dot(after - m_start);
  if (!(behind < 0 && ahead >= 0) || !(direction.dot(m_direction) > kAligned)) return false;
  const double part = behind / (behind - ahead);
  const Vector through = before + part * (after - before);
  return (through - m_start).norm() <= kNear * (after - before).norm();
}

}  // namespace keyhole
