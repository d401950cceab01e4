// Closed orbits of a smooth flow by single shooting, and their Floquet multipliers.
#pragma once

#include "core/analysis/flow/smooth_flow.h"
#include "core/common/progress.h"

#include <string>
#include <vector>

namespace keyhole {

struct ShootingOptions {
  double tolerance = 1e-10;  // of ‖z(T) - z(0)‖ / amplitude; (0, 1e-3]
  int iterations = 40;       // Newton steps at most, for each step size; from 1
  double step = 0.1;         // τ, of the integrator at first; (0, 1]
  double accuracy = 1e-8;    // halve the step until period and orbit change by less (relative); (0, 1e-2]
  Index dense = 64;          // up to so many coordinates the whole monodromy matrix is formed; from 1
  Index subspace = 16;       // beyond: directions followed; from 2
};
std::vector<std::string> problems(const ShootingOptions& options);

// Each status is the test that fired.
enum class ShootingStatus {
  converged,     // residual <= tolerance
  fixedPoint,    // the orbit shrank to less than 1e-4 of that of the guess
  notConverged,  // the iterations ran out, or no step along Newton's direction made the residual smaller
  diverged,      // the guess left the finite range within its period
  stopped,       // the user stopped; the orbit is the best so far
};

struct ClosedOrbit {
  ShootingStatus status = ShootingStatus::notConverged;
  Vector start;               // z(0), n
  double period = 0;          // T, the minimal one (sixths down to halves of the guess are looked at)
  double residual = 0;        // ‖z(T) - z(0)‖ / amplitude
  double stepError = 0;       // relative change of T and z(0) when the step was halved the last time: at
                              // fifth order about 30 times the error that is left
  int iterations = 0;         // Newton steps in all
  Index steps = 0;            // of the integrator in one period
  double amplitude = 0;       // root mean square distance from the mean: the radius of a circle
  Vector mean;                // over one period, n
  ComplexVector multipliers;  // by falling modulus: all n, or the leading ones whose residual is <= 1e-6
  Index trivial = -1;         // which of them belongs to the shift along the orbit: the one nearest to 1
  double trivialError = 0;    // |that one - 1|: an accuracy check, since it is 1 exactly
  double divergence = 0;      // ∫₀ᵀ tr J dt = log of the product of all n multipliers (Liouville)
};

// Newton's method for z(T; x) = x in (x, T) with the phase condition F(x_k)·(x_{k+1} - x_k) = 0: x moves on
// the Poincaré section through it across the flow. With the monodromy matrix M of the variational equation a
// step solves
//   [M - 1, F(z(T)); Fᵀ, 0] [Δx; ΔT] = [x - z(T); 0],
// halved until ‖z(T) - x‖ falls. Beyond `dense` coordinates the step is the least squares one within the
// residual, F and a subspace that is iterated towards M's leading one as a by-product (the idea of
// Newton-Picard, Lust, Roose, Spence & Champneys 1998): it converges by about the first modulus left out per
// step. The orbit is that of the differential equation: the step is halved until `accuracy` is reached. Cost
// per iteration: T/step x 6 products of the network with 1 and with min(n, subspace + 2) columns. A
// multiplier below about 1e-14 of ‖M‖ is only known to be that small. Polls for a stop every few steps.
ClosedOrbit closeOrbit(const SmoothFlow& flow, ConstVectorRef guess, double periodGuess,
                       const ShootingOptions& options, Progress& progress = noProgress());

// The same at the first step size alone, to a residual of 1e-6 and without multipliers and tr J, in a
// subspace from 25 coordinates on, and given up when eight Newton steps do not halve the residual (from a
// chaotic run they do not): enough to see whether the orbit is a known one, at a third of the cost or less.
ClosedOrbit closeRoughly(const SmoothFlow& flow, ConstVectorRef guess, double periodGuess,
                         const ShootingOptions& options, Progress& progress = noProgress());

// The states at `count` equally spaced times of one period, the first being `start`, and the one at its end;
// n x (count + 1). Integrates at least `count` and `steps` steps.
Matrix orbitPoints(const SmoothFlow& flow, ConstVectorRef start, double period, Index steps, Index count);

}  // namespace keyhole
