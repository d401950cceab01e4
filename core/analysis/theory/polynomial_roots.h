// Leading roots of a real polynomial with a large degree, and how many roots lie right of a line.
#pragma once

#include "core/common/types.h"

#include <optional>

namespace keyhole {

// The coefficient of z^0 first; the last one is 1.
class MonicPolynomial {
 public:
  explicit MonicPolynomial(Vector coefficients);

  struct Value {
    std::complex<double> f, derivative;
    double noise;  // a bound of the rounding error of f
  };
  Value at(std::complex<double> z) const;  // O(degree)

  const Vector& coefficients() const { return m_coefficients; }
  Index degree() const { return m_coefficients.size() - 1; }

  // Every root has |z| < radius.
  double radius() const { return m_radius; }

 private:
  Vector m_coefficients;
  double m_radius;
};

// Newton steps for several roots at once, each repelled by the others (Aberth 1973), from good starts; real
// starts are nudged off the axis, since two real roots may have become a pair. False if one of them does not
// settle.
bool refineRoots(const MonicPolynomial& polynomial, ComplexVector& roots);

// All roots, in no order: the same steps from the moduli of the Newton polygon (Bini 1996). Empty if one does
// not settle. Cost O(degree²) times ten or so.
ComplexVector allRoots(const MonicPolynomial& polynomial);

// How many roots have Re z > c > 0, by the argument principle: along the arc |z| = radius, f z^-degree stays
// within 1 of 1; along the line its argument is followed in steps that shrink until the derivative predicts
// each change. marks: imaginary parts near which to look closely. Empty if f drowns in rounding errors
// somewhere on the line.
std::optional<Index> rootsRightOf(double c, const MonicPolynomial& polynomial, const Vector& marks);

}  // namespace keyhole
