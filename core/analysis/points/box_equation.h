// Points of rest of a tanh network as y = c + L tanh(R y + a), over boxes of y instead of at single y.
//
// Matrix products over boxes are taken in midpoint and radius (Rump 1999): mid = A m, radius = |A| r, each
// rounded to nearest and the radius enlarged by an a priori bound on all rounding in a sum of k terms,
// 2 (k + 4) u Σ|A||x|, twice what the standard analysis asks for (Higham 2002, section 3.1). What is proven
// is proven of the equation with the numbers as they are stored; a factorisation before it (thin QR of a
// low-rank network) moves those by about 1e-15 of their size.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/analysis/points/tanh_range.h"

namespace keyhole {

// n unknowns, K units.
struct BoxEquation {
  Matrix L;  // n x K
  Matrix R;  // K x n; empty: the identity, K = n
  Vector a;  // K
  Vector c;  // n
  Matrix absL, absR;

  Index size() const { return L.rows(); }
  Index units() const { return L.cols(); }

  // R y + a over a box of y.
  Box arguments(const Box& y) const;
  // c + L t over a box of t.
  Box images(const Box& t) const;
  // -y + c + L tanh(R y + a) at one y, and a bound on its error, n each.
  void residual(const Vector& y, Vector& value, Vector& error) const;
  // Where all roots are: the images of [-1, 1]^K, and of that again as long as it shrinks.
  Box everything() const;
};

// Of a tanh system without switching: standard convention x = z; low rank: y as in flow_equation.h. Leaky
// rate: its points of rest are z = tanh(x) + v with x = B tanh(x) + B v + a, a inside of φ.
BoxEquation boxEquationOf(const FlowSystem& system);

// The state of a root, D.
Vector stateOfRoot(const FlowSystem& system, const BoxEquation& equation, const Vector& y);

// An upper bound of the rounding in a sum of k products whose absolute values add up to `sum`.
inline double roundingOf(Index k, double sum) {
  return 2 * static_cast<double>(k + 4) * 1.2e-16 * sum + 1e-300;
}

}  // namespace keyhole
