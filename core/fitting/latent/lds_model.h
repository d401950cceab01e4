// A latent linear dynamical system (LDS), its data and its class.
#pragma once

#include "core/fitting/trial.h"

#include <string>
#include <vector>

namespace keyhole {

// x_t = F x_{t-1} + V v_t + b + N(0, Q),  y_t = C x_t + G u_t + c + N(0, diag R),  x_0 ~ N(mu0, P0).
// L latents, N neurons, m inputs (0: none). v_t = u_t as published, or u_{t-1} as in the simulated circuits;
// nothing acts on x_0.
struct LdsModel {
  Matrix F;                    // L x L, the transition of one step
  Matrix V;                    // L x m
  Vector b;                    // L
  Matrix Q;                    // L x L, positive semidefinite
  Matrix C;                    // N x L
  Matrix G;                    // N x m
  Vector c;                    // N
  Vector R;                    // N, > 0
  Vector mu0;                  // L
  Matrix P0;                   // L x L
  bool inputAtArrival = true;  // v_t = u_t, else u_{t-1}

  Index latents() const { return F.rows(); }
  Index neurons() const { return C.rows(); }
  Index inputs() const { return V.cols(); }
  bool allFinite() const {
    return F.allFinite() && V.allFinite() && b.allFinite() && Q.allFinite() && C.allFinite() &&
           G.allFinite() && c.allFinite() && R.allFinite() && mu0.allFinite() && P0.allFinite();
  }
};

enum class LdsEmissions {
  orthonormal,  // CᵀC = I
  free,
};
enum class LdsDynamicsNoise { diagonal, full };
enum class LdsEmissionNoise {
  diagonal,   // as it is: the likelihood has no maximum, since a latent can copy a channel (R_i → 0)
  isotropic,  // one for all: another unit of one channel is then another model
  floored,    // diagonal, but never below a fraction of the channel's variance
};

enum class LdsInitialState {
  estimated,       // mu0 and P0
  standardNormal,  // mu0 = 0 and P0 = I, whatever the data
};

// Which parameters the model has, and how they are bound.
struct LdsClass {
  Index latents = 5;
  LdsEmissions emissions = LdsEmissions::orthonormal;
  LdsDynamicsNoise dynamicsNoise = LdsDynamicsNoise::diagonal;
  LdsEmissionNoise emissionNoise = LdsEmissionNoise::floored;
  LdsInitialState initialState = LdsInitialState::estimated;
  double noiseFloor = 1e-4;  // of a channel's variance, for floored
  bool bias = true;          // b; c is always there
  bool direct = true;        // G
  bool stable = false;       // the spectral radius of F stays at or below 1

  friend bool operator==(const LdsClass&, const LdsClass&) = default;
};

// The dynamics in the paper's scaling: (F - (1-α) I)/α.
Matrix paperScaling(ConstMatrixRef F, double alpha);

}  // namespace keyhole
