// F(z) = 0 of a tanh network as one equation in as few unknowns as the network has dimensions:
//     f(y) = -y + L φ(R y + a) + c,   y in R^n, R: K x n, L: n x K, K units.
// Dense, standard: y = z, L = B, R = I, c = v. Dense, leaky rate: y = z, L = I, R = B, c = v, a the system's
// own. Low rank B = M Nᵀ without such an a, standard: the flow contracts at rate 1 on z = Q y + v, M = Q S
// with orthonormal Q; on it F = Q f, L = (N Sᵀ)ᵀ, R = Q, a = v, so that ‖F‖ = ‖f‖. Leaky rate: with N = Q S,
// y = Qᵀ z obeys the closed dynamics dy/dt = f(y), L = Qᵀ, R = M Sᵀ, c = Qᵀ v, and F = φ(R (y + f)) - φ(R y)
// at z = φ(R y) + v: F and f vanish together. In both cases n is the rank, and no D x D matrix is formed.
#pragma once

#include "core/analysis/flow/flow_system.h"

namespace keyhole {

class FlowEquation {
 public:
  struct Value {
    Vector f;      // n
    Vector rates;  // φ(R y + a), K
  };

  // Of a tanh system without switching.
  explicit FlowEquation(const FlowSystem& system);

  Index size() const { return m_outer.size(); }                         // n
  Index units() const { return m_isLatent ? m_right.rows() : size(); }  // K
  bool isLatent() const { return m_isLatent; }
  const Vector& offset() const { return m_outer; }  // c

  // The unknowns that belong to states (D x count), n x count; latent: their projection onto the manifold.
  Matrix coordinatesOf(ConstMatrixRef states) const;
  Vector stateOf(ConstVectorRef y) const;  // D; not of a thinned equation

  // Cost O(n K).
  void evaluate(ConstVectorRef y, Value& value) const;
  // df/dy, n x n; latent: cost O(n² K).
  Matrix jacobian(const Value& value) const;
  // Σ_i f_i ∇²f_i = Rᵀ diag(φ'' ∘ Lᵀ f) R, n x n: what the Hessian of q = ½‖f‖² has besides JᵀJ.
  Matrix curvature(const Value& value) const;

  // Latent only: the equation in which evenly spaced units stand for all K, at least `count` of them. Its
  // roots are off by about 1/√count of their size: good starts.
  FlowEquation thinned(Index count) const;

 private:
  FlowEquation() = default;

  bool m_isLatent = false;
  Convention m_convention = Convention::standard;
  Matrix m_left;        // latent: Lᵀ, K x n; dense, standard: B; else empty (identity)
  Matrix m_right;       // latent: R; dense, leaky: B; else empty (identity)
  Vector m_inner = {};  // a, K; empty: none
  Vector m_outer;       // c, n
  Vector m_drive = {};  // v, D; empty: none
};

}  // namespace keyhole
