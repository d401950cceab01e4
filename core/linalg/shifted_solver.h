// Solving (z I - T) x = b for many z of the complex plane at once, T triangular.
//
// What the shifts share is everything off the diagonal. With the solutions of m shifts side by side, the part
// of a substitution that touches T's off-diagonal blocks is a real matrix product, whatever the shifts: level
// 3 where a shift at a time is level 2, and since T is real, real and imaginary parts are just 2m rows.
#pragma once

#include "core/common/types.h"

#include <memory>

namespace keyhole {

// m complex n-vectors: 2m x n, column i holds the m real parts of entry i and then the m imaginary parts.
using Lanes = Matrix;

// The solver for given shifts. Substitution is backward stable; a pivot |z - t| below the solver's floor is
// replaced by the floor. What overflows becomes infinite or NaN in its own lane only.
class ShiftedSystem {
 public:
  virtual ~ShiftedSystem() = default;
  virtual void solve(Lanes& X) const = 0;         // X ← (z I - T)⁻¹ X, lane by lane
  virtual void solveAdjoint(Lanes& X) const = 0;  // X ← (z I - T)⁻ᴴ X
};

class ShiftedSolver {
 public:
  virtual ~ShiftedSolver() = default;
  virtual Index size() const = 0;  // n
  // The solver must outlive what it returns.
  virtual std::unique_ptr<ShiftedSystem> at(const ComplexVector& shifts) const = 0;
};

// T real upper quasi-triangular as realSchur() gives it. Cost per lane and solve: 2 n² flops.
std::unique_ptr<ShiftedSolver> triangularSolver(Matrix T, double floor);

// T with links on the superdiagonal (n-1), beta added to the first row from its second entry on, and a
// constant diagonal, as ChainForm's mode matrix. Cost per lane and solve: O(n).
std::unique_ptr<ShiftedSolver> chainSolver(Vector links, double beta, double diagonal, double floor);

}  // namespace keyhole
