// Variational inference of an SLDS: q(x) q(z), each the best one given the other (structured mean field;
// Ghahramani & Hinton 2000).
#pragma once

#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/switching/gaussian_chain.h"
#include "core/fitting/switching/slds_discrete.h"
#include "core/fitting/switching/slds_model.h"

namespace keyhole {

// What is believed about one trial.
struct SldsPosterior {
  ChainMoments x;       // q(x): a Gaussian chain
  DiscretePosterior z;  // q(z): a discrete chain
};

// q(x) given q(z), then q(z) given q(x), both exact. Returns the evidence lower bound (ELBO) of
// the trial: a lower bound of its log-likelihood under `model`, never below that before the two updates.
//
// q(x) is the Gaussian chain whose precision is the average of the states' over q(z); q(z) comes from
// forward-backward with the expected log-likelihood of each step. Recurrent transitions need E[log Σ_j exp
// η_j], η = W x + …: it is bounded from above by the quadratic of Böhning (1992) around the present mean of
// x, with curvature ½ (I - 11ᵀ/K). So the ELBO stays a true bound, only a looser one: the price is ½ tr(½ (I
// - 11ᵀ/K) W Cov(x) Wᵀ) at most per step. It expands around before.x.means, which recurrent models
// therefore need. Missing samples (NaN) are left out exactly.
//
// With K = 1, or equal states, it is the log-likelihood of the LDS. Cost O(T (L³ + N L² + K L² + K²)). Throws
// std::runtime_error if a covariance is not positive definite (the model is broken), Stopped.
//
// q(z) = before.z; `after` may be the same object, and its memory is used again. What throws leaves another
// one's `before` as it was.
double improve(const SldsPosterior& before, const SldsModel& model, const Trial& trial, SldsPosterior& after,
               Progress& progress = noProgress());

// In place; of no use any more after a throw.
double improve(SldsPosterior& posterior, const SldsModel& model, const Trial& trial,
               Progress& progress = noProgress());

// The second half alone: q(z) given q(x). Returns log Σ_z of its weights.
double improveSwitches(SldsPosterior& posterior, const SldsModel& model, const Trial& trial,
                       Progress& progress = noProgress());

// The discrete chain that q(z) is made of, given q(x): for its most likely path.
DiscreteChain switchesGiven(const ChainMoments& x, const SldsModel& model, const Trial& trial,
                            Progress& progress = noProgress());

// log p(z_t | z_{t-1}, x_{t-1}) at given x (L x T): K² x 1 without W, else K² x T with column t from x_{t-1}.
// Entry i + K j: from i to j.
Matrix logTransitionsAt(const SldsModel& model, ConstMatrixRef x, const Progress& progress = noProgress());

// A start: q(z) independent over time with the given marginals (K x T).
DiscretePosterior independentStates(const Matrix& states, const Progress& progress = noProgress());

}  // namespace keyhole
