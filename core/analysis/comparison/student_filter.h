// What a student knows of a recording at each time point from the samples up to it: where its predictions
// start.
#pragma once

#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <vector>

namespace keyhole {

struct FilteredStates {
  Matrix states;     // n x T: the state after sample t has been seen
  Matrix predicted;  // N x T: sample t as predicted from those before it; column 0 is sample 0 itself
  std::vector<int> discrete;  // T, of a switching student, else empty
  bool diverged = false;      // a state left ±1e12: from there on the last good one is repeated
};

// How the states are found, by the student's kind:
// - all states are seen units: they are the samples;
// - hidden units: the hidden part runs from 0 with the seen part clamped to the samples (teacher forcing), so
//   the first predictions know little;
// - latent states (an emission): the Kalman filter of the student's own model (A, V, b, Q, emission), from
//   the mean and covariance of its inferred states, or from an uninformative start if it has none. Missing
//   samples are left out. A nonlinear student is linearised at each state (extended Kalman filter). With Q
//   unknown: isotropic, such that the emissions alone would make all of the recording's increments, an upper
//   bound that trusts the samples. No channel has less noise than 1e-9 of the mean variance.
// - switching: at each time the one discrete state with the highest log-probability of the step into it plus
//   log-likelihood of the sample, and the Kalman filter along this path; a simplification of the sum over all
//   paths, which grows as K^T. Predictions take the likeliest next discrete state, as runStudent() does. A
//   switching student without emission is filtered as one with the identity.
// Throws InputError if the trial has not the student's neurons and inputs, or a missing sample that the
// student's kind cannot leave out. Cost O(T (n² + N n)), switching or with missing samples
// O(T K (n³ + N n²)).
FilteredStates filterStates(const Student& student, const Trial& trial);

// The number of seen units, N.
Index seenUnits(const Student& student);

// Throws InputError unless the trial has the student's neurons and inputs (a student without input takes any)
// and, for students whose states are units, no missing sample.
void requireTrialOf(const Student& student, const Trial& trial);

}  // namespace keyhole
