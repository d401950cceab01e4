// A smooth autonomous system as its field and the product with its Jacobian: all that shooting, Poincaré
// sections and Lyapunov exponents need to know. Networks become one in tangent.h; tests feed in systems with
// known answers.
#pragma once

#include "core/common/types.h"

#include <algorithm>
#include <array>
#include <functional>

namespace keyhole {

// dz/dt = F(z), n coordinates. Time is in units of τ.
struct SmoothFlow {
  Index size = 0;                                                          // n
  std::function<void(ConstMatrixRef states, MatrixRef velocities)> field;  // F of each column; n x any
  std::function<void(ConstVectorRef state, ConstMatrixRef V, MatrixRef JV)> tangent;  // J(state) V; n x any
  std::function<double(ConstVectorRef state)> divergence;                             // tr J(state)
  // J(state r) V of the r-th of equal blocks of columns of V, for runs side by side; n x (runs · k). Networks
  // have it; else it may be empty.
  std::function<void(ConstMatrixRef states, ConstMatrixRef V, MatrixRef JV)> tangents;
};

// Steps of the fifth order method of Dormand & Prince (1980, RK5(4)7M), without its error estimate: the
// callers choose fixed steps, so that the end of a run is a smooth function of its start, and halve them to
// see the error. V is carried by the same steps of the variational equation dV/dt = J(z) V and is then the
// exact derivative of the discrete run. After the first call it allocates nothing of its own.
class SmoothStepper {
 public:
  explicit SmoothStepper(const SmoothFlow& flow) : m_flow(flow) {}  // flow must outlive the stepper

  void step(double h, Matrix& states);            // n x any, each column by itself; 6 evaluations of F
  void step(double h, Matrix& state, Matrix& V);  // n x 1 and n x k; 6 of F and of J V
  // Runs side by side, each with k columns of V: n x runs and n x (runs · k). Needs flow.tangents.
  void stepEach(double h, Matrix& states, Matrix& V);

 private:
  static constexpr std::size_t kStages = 6;

  template <class Tangent>
  void stepBoth(double h, Matrix& states, Matrix& V, const Tangent& tangent);

  const SmoothFlow& m_flow;
  Matrix m_state, m_tangent;
  std::array<Matrix, kStages> m_velocity, m_change;
};

}  // namespace keyhole
