// Whether a walk along a curve has come round to where it began: internals of slow_manifold.h.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// A walk closes in the step in which it passes, in the direction in which it set out, through the plane
// across that direction at the start, close to the start: no farther than a third of the step (a curve that
// turns by less than 20 degrees per step is within 1/16 of it). So it cannot run past its start, whatever the
// step.
class ClosingTest {
 public:
  ClosingTest(Vector start, Vector direction)
      : m_start(std::move(start)), m_direction(std::move(direction)) {}

  // before, after: ends of one step; direction: the unit tangent at its end.
  bool closes(const Vector& before, const Vector& after, const Vector& direction) const;

 private:
  Vector m_start, m_direction;
};

}  // namespace keyhole
