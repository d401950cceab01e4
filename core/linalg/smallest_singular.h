// The smallest singular value of z I - T for many z at once.
#pragma once

#include "core/linalg/shifted_solver.h"

namespace keyhole {

struct SmallestSingular {
  Vector values;     // m: never below σ_min but for rounding (each is a Rayleigh quotient)
  Vector residuals;  // m: some singular value lies within this fraction of the value
  std::vector<bool> converged;
};

// Inverse Lanczos (Wright's EigTool; Trefethen & Embree 2005, ch. 39): Lanczos on R⁻¹ R⁻ᴴ, R = z I - T, whose
// largest eigenvalue is 1/σ_min²; all m shifts in step, those that have converged leave. X holds the m starts
// (2m x n, none of them zero) and receives the right singular vectors, from which a neighbouring z may start.
// A lane has converged when its residual is at most the tolerance, or when σ is below `floor`, which is then
// its value: what lies below is rounding of T. A start that is orthogonal to the wanted vector can converge
// to another singular value: mix in something random. Cost per lane and step: two solves and O(n); a
// neighbour's vector saves steps.
SmallestSingular smallestSingular(const ShiftedSolver& solver, const ComplexVector& shifts, Lanes& X,
                                  double tolerance, double floor);

}  // namespace keyhole
