// A network up to an orthogonal change of basis: everything that orthogonal invariance leaves alone (norms,
// singular values, the resolvent's and the propagator's) can be had from a small core.
//
// Low rank: let the columns of Q (D x s, s <= 2r) be an orthonormal basis of span[M, N] and C = (QᵀM)(NᵀQ).
// Since M = Q QᵀM and N = Q QᵀN, B = M Nᵀ = Q C Qᵀ, and with Q completed to [Q Q⊥] B becomes C ⊕ 0 of size
// D - s. Hence, for every z and t,
//   σ_min(z I - B) = min(σ_min(z I - C), |z| if D > s),   ‖e^{(B-I)t}‖₂ = e^{-t} max(‖e^{Ct}‖₂, 1 if D > s),
//   λ_max((B+Bᵀ)/2) = max(λ_max((C+Cᵀ)/2), 0 if D > s).
// Chain: B = U T Uᵀ is similar to T itself.
#pragma once

#include "core/network/network.h"

namespace keyhole {

struct Compression {
  Matrix core;     // s x s
  Matrix basis;    // D x s orthonormal columns: B = basis · core · basisᵀ; empty: the identity
  Index rest = 0;  // D - s zeros beside the core
  std::optional<ChainForm> chain;  // set if the core is this chain's mode matrix (its U is empty)

  // From core coordinates to units.
  Matrix lifted(ConstMatrixRef x) const { return basis.size() > 0 ? Matrix(basis * x) : Matrix(x); }
  ComplexMatrix liftedComplex(const ComplexMatrix& x) const {
    return basis.size() > 0 ? ComplexMatrix(basis * x) : x;
  }
};

// Cost: low rank O(D r²); dense and chain: copies.
Compression compressionOf(const Network& network);

}  // namespace keyhole
