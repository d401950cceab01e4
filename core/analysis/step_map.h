// The map z ← z + α F(z) of a tanh network, whose cycles are points of rest of a larger network: internals of
// step_cycles.h.
#pragma once

#include "core/analysis/flow/flow_system.h"

namespace keyhole {

// In coordinates y in which it is y ← (1-α) y + α (B tanh y + u): z itself (standard), or B z + a, to which
// leaky rates apply tanh (u is B v + a then).
class StepMap {
 public:
  // A tanh network, not switching; alpha in (0, 1].
  StepMap(const FlowSystem& system, double alpha);

  double alpha() const { return m_alpha; }
  const FlowSystem& inside() const { return m_inside; }  // of y, standard convention

  Matrix insideOf(ConstMatrixRef states) const { return argumentOfPhi(m_system, states); }  // y of each z
  // z at each y of one turn of a cycle (D x p, in order).
  Matrix statesOf(ConstMatrixRef turn) const;

  // The network of period · D units, y_1 above y_2 …, whose points of rest are the cycles of that many steps
  // and of its divisors: y_k = Σ_j c_j (B tanh y_{k-j} + u) with c_j = α (1-α)^{j-1} / (1 - (1-α)^p), k - j
  // modulo p. Low rank r becomes p r. period >= 1.
  FlowSystem folded(Index period) const;

  // The eigenvalues of the derivative of one turn from its first state, by falling modulus: all D, or of a
  // network of low rank r the r that need not be (1-α)^p. turn: D x p, y in order. Cost O(p D³), low rank
  // O(p D r² + p r³).
  ComplexVector multipliersOf(ConstMatrixRef turn) const;

  // The largest ‖y_{k+1} - (the step from y_k)‖ of a turn.
  double residualOf(ConstMatrixRef turn) const;

  // A cycle of two steps needs ‖B‖₂ >= 2/α - 1, one of p steps at least |exp(2πi/p) - 1 + α|/α: the
  // difference of successive states has no mean, so α/(exp(iω) - 1 + α) is the most that a step makes of it,
  // and slopes of tanh are at most 1.
  double weightsNeeded(Index period) const;
  // Whether they are so large. Dense networks of more than 1000 units by ‖B‖_F, which is larger.
  bool allows(Index period) const;

 private:
  Vector weightsOfPast(Index period) const;  // c_1 … c_p

  FlowSystem m_system, m_inside;
  double m_alpha;
};

}  // namespace keyhole
