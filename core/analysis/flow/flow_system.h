// An autonomous system whose flow is drawn and followed: a teacher, or a fitted student without its noise.
#pragma once

#include "core/fitting/fit.h"
#include "core/network/network.h"
#include "core/network/nonlinearity.h"
#include "core/simulation/simulate.h"

#include <memory>
#include <optional>

namespace keyhole {

// F(z) = -z + B φ(z) + v (standard) or -z + φ(B z + a) + v (leaky rate), per τ. A recurrent switching student
// has F(z) = -z + A_k z + b_k instead, k(z) being the discrete state that is likeliest to be kept at z.
struct FlowSystem {
  Network network;
  Nonlinearity phi = Nonlinearity::linear;
  Convention convention = Convention::standard;
  Vector drive = {};                                // v, N; empty: none
  std::shared_ptr<const Switching> switching = {};  // recurrent; null: one set of dynamics
  Vector inner = {};                                // a, N, of leaky rates with tanh alone; empty: none
};

// F is affine in z: such a system has no limit cycle.
bool isAffine(const FlowSystem& system);

// Whether F(-z) = -F(z): no constant drive, nor switching.
bool isOdd(const FlowSystem& system);

// What φ is applied to at each column of states (N x n): z, or B z + a of leaky rates.
Matrix argumentOfPhi(const FlowSystem& system, ConstMatrixRef states);

// F for each column of states (N x n).
Matrix flow(const FlowSystem& system, ConstMatrixRef states);

// The discrete state whose dynamics hold at each column of states: argmax_k log P(k → k) + W_k z + w_k; 0
// without switching.
std::vector<int> regionsOf(const FlowSystem& system, ConstMatrixRef states);

// Noise-free steps z ← z + α F(z) of several states at once. Without switching, a step of a dense network
// allocates nothing after the first call.
class FreeRun {
 public:
  // system must outlive the run.
  FreeRun(const FlowSystem& system, double alpha);

  void step(ConstMatrixRef now, MatrixRef next);  // both N x n, not aliased

 private:
  const FlowSystem& m_system;
  double m_alpha;
  Stepper m_stepper;
  Matrix m_drive;
};

// The system of a student that has parameters. A switching student whose transitions do not depend on its
// state flows as in its most visited discrete state.
FlowSystem systemOf(const Student& student);

}  // namespace keyhole
