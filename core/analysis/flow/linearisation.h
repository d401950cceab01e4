// The dynamics near a point of rest: eigenvalues, stability, and the directions along which it is left.
#pragma once

#include "core/analysis/flow/flow_system.h"

#include <string>
#include <vector>

namespace keyhole {

// From the eigenvalues λ of the linearised dynamics in the paper's scaling, with a band of half width w
// around the marginal line Re λ = 1:
enum class Stability {
  unknown,   // not computed
  stable,    // all Re λ < 1 - w
  marginal,  // none above the band, at least one in it: first order does not decide
  saddle,    // at least one Re λ > 1 + w, and at least one not
  unstable,  // all Re λ > 1 + w
};
std::string nameOf(Stability stability);

// An eigenvalue with the directions that belong to it.
struct LocalMode {
  std::complex<double> value;  // Im >= 0
  Matrix plane;  // D x 1, a unit vector, or for a complex pair D x 2, an orthonormal basis of the real plane
};

struct Linearisation {
  ComplexVector eigenvalues;  // ordered; of a low-rank network only the r that need not be 0
  Index furtherZeros = 0;     // how many more there are, all exactly 0 (D - r)
  bool exact = false;         // known from the structure, not computed numerically
  Stability stability = Stability::unknown;
  std::vector<LocalMode> modes;  // the unstable ones by falling Re λ (a pair once); if there is none the
                                 // slowest one, if it is slower than the leak, Re λ > 0
};

Stability stabilityOf(const ComplexVector& values, Index furtherZeros, double band);

// At z. Modes: at most maxModes of them. Cost: low rank O(D r²), else O(D³) (about 0.1 s at D = 500) and an
// LU of a complex matrix per mode; chains in their own modes O(D²). Exact for chains where φ' = 1 or U is the
// identity, where a general solver would return a ring. Throws std::runtime_error if z is not finite.
Linearisation linearised(const FlowSystem& system, ConstVectorRef z, double band = 1e-6, Index maxModes = 4);

}  // namespace keyhole
