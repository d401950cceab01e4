// The transfer function φ and its derivative, elementwise.
#pragma once

#include "core/common/types.h"

#include <string>

namespace keyhole {

enum class Nonlinearity { linear, tanh };

// Where φ stands: in `standard`, z ← (1-α) z + α (B φ(z) + v + σ ξ) (eq. 2); in `leakyRate`,
// z ← (1-α) z + α φ(B z) + α (v + σ ξ) (as CORNN assumes).
enum class Convention { standard, leakyRate };

std::string nameOf(Nonlinearity phi);
std::string nameOf(Convention convention);

// out = φ(in), same shape; may alias. tanh is our own vectorised one, within 2 ulp of the exact value.
void applyNonlinearity(Nonlinearity phi, const double* in, double* out, Index count);
Matrix applied(Nonlinearity phi, ConstMatrixRef X);

}  // namespace keyhole
