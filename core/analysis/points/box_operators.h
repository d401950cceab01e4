// What shrinks, empties or settles a box of possible points of rest: internals of branch_and_prune.h.
#pragma once

#include "core/analysis/points/box_equation.h"

namespace keyhole {

enum class BoxFate {
  empty,      // no root in it
  shrunk,     // by at least a tenth in one direction; every root that was in it still is
  unchanged,  // nothing gained
};

// Hull consistency: y within c + L tanh(R y + a); where R is the identity also each tanh(y_j) within what the
// others leave it in each equation. Cost O(n K).
BoxFate contractByImages(const BoxEquation& equation, Box& y);

// Krawczyk's operator at the middle m, with slopes S over the box: y within m - C f(m) + (I - C S)(y - m), C
// about S⁻¹. Cost O(n² K + n³).
BoxFate contractByKrawczyk(const BoxEquation& equation, Box& y);

// Whether the box, enlarged by a tenth, holds exactly one root, by Krawczyk's operator with the Jacobian's
// range mapping it into its inside. If so y becomes a narrow enclosure of that root, which may lie outside of
// the box as given.
bool holdsOneRoot(const BoxEquation& equation, Box& y);

// The direction in which the box is to be cut: where its width makes the slopes vary most.
Index widestDirection(const BoxEquation& equation, const Box& y);

}  // namespace keyhole
