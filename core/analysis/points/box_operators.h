// What shrinks, empties or settles a box of possible points of rest: internals of branch_and_prune.h.
#pragma once

#include "core/analysis/points/box_equation.h"

namespace keyhole {

// What a call costs, in multiplications or what takes as long, for budgets of work that mean the same for
// each size. Of an image: three products with L, with R (or the terms of each equation), tanh at both ends of
// K intervals, 500 for the allocations. Of a Krawczyk step: three products L·R where R is not the identity,
// an inverse and two products of n x n, ten matrix-vector products, slopes of K units from three tanh each.
// Measured: 0.7 to 1.5 s per 1e9 from one unit to 2000.
double imageWork(const BoxEquation& equation);  // contractByImages, widestDirection
double krawczykWork(
    const BoxEquation& equation);  // contractByKrawczyk; holdsOneRoot: one, up to five if true

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
