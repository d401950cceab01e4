// From one start to a root of f or to a local minimum of q = ½‖f‖² (Sussillo & Barak 2013).
#pragma once

#include "core/analysis/flow/flow_equation.h"

#include <functional>

namespace keyhole {

struct RootSearch;

struct RootSearchOptions {
  int iterations = 200;
  double tolerance = 1e-12;         // on ‖f‖: a root
  double gradientTolerance = 1e-8;  // ‖∇q‖ <= this ‖f‖: a stationary point of q
  double longestStep = 10;
  const std::vector<RootSearch>* known = nullptr;  // ends of earlier searches; null: none
  double joinDistance =
      0;  // a known end of lower q, this near to the present point, is taken as the next one
};

struct RootSearch {
  Vector y;
  FlowEquation::Value value;  // at y
  double gradient = 0;        // ‖∇q‖ = ‖Jᵀ f‖ at y
  int iterations = 0;
  bool isRoot = false;
  bool isMinimum = false;  // not a root: ∇q = 0 to the tolerance and the Hessian of q is not indefinite there
};

// Newton's method on f with a backtracking line search on q (at least 1/10 of the decrease that it predicts,
// at most six halvings). Where that fails, Levenberg's shift of the exact Hessian JᵀJ + Σ f_i ∇²f_i of q, a
// descent that converges quadratically at roots and at minima alike, until q is a hundred times smaller; then
// Newton again. From 64 unknowns on the factorisations are in single precision (Newton's with one step of
// refinement; Levenberg's until ‖∇q‖ <= 1e-5 ‖f‖): residual and gradient, in double, decide. Stops early, at
// the best point so far, when stop() says so (polled in every iteration). Cost per iteration: O(n³) + O(n K),
// some 3 ms (Newton) to 8 ms at n = 500.
RootSearch searchRoot(const FlowEquation& equation, ConstVectorRef start, const RootSearchOptions& options,
                      const std::function<bool()>& stop);

}  // namespace keyhole
