// The two products that an iteration of EM spends its time in, over tables kept in tiles of 64 time steps.
#pragma once

#include "core/common/types.h"

namespace keyhole {

// A tile is a dense column-major kTile x columns table: one row per time step, so that a step's values stand
// kTile apart and one value of consecutive steps stands together.
constexpr Index kTile = 64;

// out (kTile x p) = in (kTile x q) A (q x p), added to out if `add`. Cost 64 p q multiplications.
void tileProduct(const double* in, Index q, const double* A, Index p, double* out, bool add);

// S (p x q) += Xᵀ Y of two tiles, X kTile x p, Y kTile x q.
void tileGram(const double* X, Index p, const double* Y, Index q, double* S);

// The tile one step later (row 0 is `edge`, n values) or earlier (the last row is `edge`).
void tileDelay(const double* in, Index n, const double* edge, double* out);
void tileAdvance(const double* in, Index n, const double* edge, double* out);

// x_t = A x_{t-step} + drift_t over rows from, from + step, … up to but without `to`, of n columns each;
// state (n) goes in as the step before and comes out as the last one.
void tileRecursion(const double* A, Index n, const double* drift, Index from, Index to, Index step,
                   double* state, double* x);

}  // namespace keyhole
