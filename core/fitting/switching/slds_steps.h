// The maximisation steps of variational EM for an SLDS. Each maximises, or provably does not lower, the
// evidence lower bound.
#pragma once

#include "core/fitting/latent/lds_steps.h"
#include "core/fitting/switching/slds_smoother.h"

namespace keyhole {

// How the discrete states and the noise are bound.
struct SldsBounds {
  SldsTransitions transitions = SldsTransitions::markov;
  double stickiness = 0;  // κ >= 0, pseudo-counts of staying (a Dirichlet prior), at x = 0 if recurrent
  double noiseFloor = 0;  // Q_k >= this times I: a state of few steps cannot shrink its noise to 0
};

// F_k, V_k, b_k, Q_k by updateDynamics() with sums weighted by q(z), and mu0, P0. A state that has fewer
// expected steps than regressors keeps its dynamics. Throws Stopped.
void updateStates(SldsModel& model, const std::vector<Trial>& trials,
                  const std::vector<SldsPosterior>& posteriors, const LdsClass& kind,
                  const SldsBounds& bounds, Progress& progress = noProgress());

// C, G, c, R by LdsEmissionSteps::update(), whose sums do not depend on z. Throws Stopped.
void updateEmissions(SldsModel& model, const std::vector<Trial>& trials,
                     const std::vector<SldsPosterior>& posteriors, LdsEmissionSteps& steps,
                     const Progress& progress = noProgress());

// logInitial, and the transitions: in closed form for a Markov chain, else by a few Newton steps with
// backtracking on W, w and logTransition together (the objective is concave). Rows of logTransition are
// normalised; with W at x = 0. Stopped: the transitions are as they were. Cost of a Newton step with K
// states, L latents and T time points: (K² L² + K³ L) T / 2.
void updateTransitions(SldsModel& model, const std::vector<SldsPosterior>& posteriors,
                       const SldsBounds& bounds, Progress& progress = noProgress());

// What updateTransitions() raises: the (bounded) expected log-probability of the switches, with logPrior().
double transitionObjective(const SldsModel& model, const std::vector<SldsPosterior>& posteriors,
                           const SldsBounds& bounds);

// κ Σ_i log p(i | i, x = 0); 0 without stickiness.
double logPrior(const SldsModel& model, const SldsBounds& bounds);

}  // namespace keyhole
