// A switching linear dynamical system (SLDS) with Markov or recurrent switches.
#pragma once

#include "core/fitting/latent/lds_model.h"
#include "core/fitting/latent/lds_units.h"

namespace keyhole {

// A discrete state z_t in 0 … K-1 picks the dynamics of the step that ends at t:
//   x_t = F_z x_{t-1} + V_z u_t + b_z + N(0, Q_z),  y_t = C x_t + G u_t + c + N(0, diag R),  x_0 ~ N(mu0,
//   P0), log p(z_t = j | z_{t-1} = i, x_{t-1}) = logTransition(i, j) + (W x_{t-1} + w)_j - their log-sum-exp
//   over j
// (Linderman et al. 2017). Without W (0 rows) the switches are a Markov chain. z_0 picks no step; it is there
// so that z_1 has a predecessor. L latents, N neurons, m inputs (0: none), K discrete states.
struct SldsModel {
  std::vector<Matrix> F;  // K of L x L, the transition of one step
  std::vector<Matrix> V;  // K of L x m
  std::vector<Vector> b;  // K of L
  std::vector<Matrix> Q;  // K of L x L, positive definite
  Matrix C;               // N x L
  Matrix G;               // N x m
  Vector c;               // N
  Vector R;               // N, > 0
  Vector mu0;             // L
  Matrix P0;              // L x L, positive definite
  Vector logInitial;      // K, of z_0
  Matrix logTransition;   // K x K, rows from
  Matrix W;               // K x L, or 0 x L
  Vector w;               // K, or empty

  Index states() const { return static_cast<Index>(F.size()); }
  Index latents() const { return C.cols(); }
  Index neurons() const { return C.rows(); }
  Index inputs() const { return G.cols(); }
  bool recurrent() const { return W.rows() > 0; }
};

enum class SldsTransitions {
  markov,         // W = 0
  recurrent,      // logTransition and W, w = 0 (logTransition contains it)
  recurrentOnly,  // all rows of logTransition equal: only x decides
};

// K equal states of an LDS, staying in each with probability `stay` (K > 1). For these the SLDS has exactly
// the LDS's likelihood.
SldsModel switchingOf(const LdsModel& model, Index states, double stay = 0.95);

// The LDS that discrete state k would be alone.
LdsModel stateOf(const SldsModel& model, Index k);

// A model of trials in these units as one of the trials themselves, with orthonormal C if the class has it.
// Returns the change of the latents, x_new = change x_old (L x L).
Matrix leaveUnits(SldsModel& model, const LdsUnits& units, const LdsClass& kind);

}  // namespace keyhole
