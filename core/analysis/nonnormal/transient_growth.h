// How far a stable system can grow before it decays: the norm of its propagator, and the direction that grows
// most. Connectivity A in the paper's scaling, J = A - I, time in τ.
//
// What brackets the curve G(t) = ‖e^{Jt}‖₂, with α = max Re λ(A) - 1 and ω = λ_max((A+Aᵀ)/2) - 1:
//   e^{αt} <= G(t) <= e^{ωt},   G'(0) = ω,   sup G >= the Kreiss constant (pseudospectrum.h);
// for a normal A all of them are equalities, and G = e^{αt}.
#pragma once

#include "core/common/progress.h"
#include "core/network/network.h"

#include <string>
#include <vector>

namespace keyhole {

// A fit of a recording is no flow but a map of one step of α, F = (1-α) I + α A; then G(kα) = ‖F^k‖₂, α is ln
// of the largest |λ(F)| and ω that of ‖F‖₂, both per τ, between which G lies, too.
struct NumericalAbscissa {
  double value = 0;  // ω(A) = λ_max((A+Aᵀ)/2), in the paper's scaling: something grows at first if it is
                     // above 1, at the rate ω(A) - 1. Of a map 1 + ln ‖F‖₂ / α
  Vector direction;  // D, unit, signed as in signs.h: what grows fastest at first
};

struct TransientOptions {
  double horizon = 20;  // in τ, above 0
  Index points = 200;   // intervals of the time axis, from 2; of a map at most one per step
  double step = 0;      // α of the map, in τ; 0: of the flow. From 0 to 1
};
std::vector<std::string> problems(const TransientOptions& options);

struct TransientGrowth {
  Vector time;                  // in τ, from 0; shorter than asked for if the norm left 1e100
  Vector growth;                // G at these times
  double spectralAbscissa = 0;  // max Re λ(A), in the paper's scaling: exact where the structure says so; of
                                // a map 1 + ln |λ(F)| / α of the largest |λ(F)|
  NumericalAbscissa initial;
  double maximum = 1;      // of G over [0, horizon], refined between the points
  double maximumTime = 0;  // t*
  bool atHorizon = false;  // the largest value is the last one: it may go on
  bool overflow = false;
  // The amplified mode: the first right singular vector of e^{Jt*}, and what becomes of it: the first left
  // one. e^{Jt*} amplified = maximum · response. If nothing grows (t* = 0) both are initial.direction.
  Vector amplified, response;  // D, unit, the former signed as in signs.h
  double residual = 0;  // some singular value of e^{Jt} lies within this fraction of every G, none of which
                        // is above ‖e^{Jt}‖
};

// Throws InputError for bad options and Stopped from progress. Up to 30 units by SVD at every t; larger ones
// by Lanczos from the vectors of the time before (singular.h). e^{Jh} is computed once (exponential.h) and
// multiplied up, its rounding errors with it: relative to G(t) they are about t/h times the roundoff times
// max G(s) G(t-s)/G(t). Chains are never multiplied up: e^{Tt} x is a Taylor series of O(D) terms, exact in
// structure (but as maps, which are multiplied up like any other). Cost: dense points · 2 n³, low rank O(D
// r²) + points · 2 (2r)³, chain points · 10 D (horizon + 20).
TransientGrowth transientGrowth(const Network& network, const TransientOptions& options = {},
                                Progress& progress = noProgress());

}  // namespace keyhole
