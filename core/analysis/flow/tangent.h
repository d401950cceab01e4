// How small deviations flow along, and networks as smooth flows: in all their N coordinates, or in the r
// latent ones of a low-rank network, without an approximation.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/analysis/flow/smooth_flow.h"

#include <optional>

namespace keyhole {

// J(z) V for an N x k block V, without forming J: -V + B (φ'(z) ∘ V) (standard), -V + φ'(B z) ∘ (B V) (leaky
// rate); of a switching system (A_k - 1) V of the region z lies in. Cost: one product of the network with k
// columns.
Matrix tangentFlow(const FlowSystem& system, ConstVectorRef z, ConstMatrixRef V);

// The same at several states (N x n) at once, each with its own of n equal blocks of columns of V; no
// switching. Cost: one product of the network with the columns of V, and of leaky rates one with the states.
Matrix tangentFlows(const FlowSystem& system, ConstMatrixRef states, ConstMatrixRef V);

// How fast deviations change, per τ: powers of J at these states (N x n, n >= 1) and at 0, where all slopes
// of tanh are 1 if there is no drive; at least 1. Steps of an explicit method must be shorter than some of
// its inverse. No switching. Cost: 24 products of the network with n columns.
double fastestRate(const FlowSystem& system, ConstMatrixRef states);

// tr J(z). Cost: that of the diagonal of B, and of B z under the leaky rate.
double divergence(const FlowSystem& system, ConstVectorRef z);

// The flow of a system without switching. system must outlive it.
SmoothFlow smoothFlow(const FlowSystem& system);

// A low-rank network B = M Nᵀ without switching lives in r coordinates. Standard: with z = M κ + v + w the
// rest obeys w' = -w, and κ' = -κ + Nᵀ φ(M κ + v + w): once w has decayed (on every fixed point, cycle and
// other attractor it has) this closes. Leaky rate: κ = Nᵀ z closes at once, κ' = -κ + Nᵀ (φ(M κ) + v), and z'
// = -z + φ(M κ) + v follows. In both cases the N - r other directions of deviations decay as e^{-t}, and
// those of κ are the rest of the spectrum (J is block triangular, in span(M) or in the kernel of Nᵀ): N - r
// Floquet multipliers are e^{-T}, N - r Lyapunov exponents are -1, exactly.
struct LatentFlow {
  SmoothFlow flow;                                // of κ; the network is held by value
  std::function<Matrix(ConstMatrixRef)> reduced;  // κ of each column of states; standard: M⁺ (z - v)
  // The state z on the closed orbit of period T on which κ lies (the latter is used for the leaky rate alone:
  // the periodic solution of z' = -z + φ(M κ) + v, with so many steps).
  std::function<Vector(ConstVectorRef kappa, double period, Index steps)> lifted;
};

// Empty if the network is not of low rank (2 r < N), or there is switching.
std::optional<LatentFlow> latentFlow(const FlowSystem& system);

}  // namespace keyhole
