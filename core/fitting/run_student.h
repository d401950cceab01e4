// Running a fitted student, and how well it reproduces what it was fitted to.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <functional>

namespace keyhole {

// n x T: the student's states from `start` (n), with the input (m x T or empty) and process noise (n x (T-1),
// already multiplied by σ, or empty). Column 0 is the start. Where hasDiverged() it stops: the remaining
// columns repeat the last one before and `diverged` is set. A switching student takes the likeliest next
// discrete state at every step, from `discrete`. Throws Stopped.
struct StudentRun {
  Matrix states;
  bool diverged = false;
};
StudentRun runStudent(const Student& student, const Vector& start, Index steps, ConstMatrixRef input,
                      ConstMatrixRef noise, int discrete = 0, Progress& progress = noProgress());

// Whether a state has left what is shown: beyond 1e12 times `size`, the largest number among the start and
// what drives the steps (whatever the units), or not finite.
bool hasDiverged(ConstVectorRef state, double size);

// What `size` is at least, whatever the start: the drive inside of φ, and 1 with tanh, which has a unit of
// its own.
double leastSize(const Student& student);

// The state (n) from which the student runs along a recording whose first sample is y (N): its own inferred
// first state if it has one, else y, hidden units at 0.
Vector startFor(const Student& student, const Vector& y);

// The state (n) whose seen units are closest to y (N): hidden units at 0, latents by least squares without an
// input.
Vector stateOf(const Student& student, const Vector& y);

// What the seen units do in those states: N x T. Input as in runStudent(), or empty.
Matrix seenActivity(const Student& student, ConstMatrixRef states, ConstMatrixRef input);

// The step of every transition of a trial, x̂_t from x_{t-1} in seen units: N x (T-1), the prediction of y_t
// from what the student knows at t-1. For a student whose states are the units only (no emission, no hidden
// units).
Matrix oneStepPredictions(const Student& student, ConstMatrixRef activity, ConstMatrixRef input);

// 1 - Σ(x⁺ - x̂⁺)² / Σ(x⁺ - mean)² with x⁺_t = x_t - (1-α) x_{t-1}, over all trials. NaN if x⁺ does not vary.
// Throws Stopped.
double oneStepR2(const Student& student, const std::vector<Trial>& trials,
                 const Progress& progress = noProgress());

// Sets the student's one-step R²: of all trials; of their first kLookAfterStop time points, with a note, if
// the fit was stopped, or is now, which its summary then says.
void setOneStepR2(Student& student, const std::vector<Trial>& trials,
                  const Progress& progress = noProgress());

// What is predicted of the time points first … first + count - 1 of a trial: N x count.
using Predictions = std::function<Matrix(std::size_t trial, Index first, Index count)>;

// The same for given predictions (those of a trial's first time point are not used), over the entries whose
// two samples are there. Throws Stopped.
double predictedR2(const Predictions& predictions, const std::vector<Trial>& trials, double alpha,
                   const Progress& progress = noProgress());

// Fraction of the variance of `recording` (d x T) about its mean that `prediction` explains: 1 - ‖X - X̂‖²/‖X
// - X̄‖². NaN if the recording does not vary; can be negative. Missing samples (NaN in the
// recording) are left out. Capped below at -1e6.
double explainedVariance(ConstMatrixRef recording, ConstMatrixRef prediction);

// The same of all trials, about the mean of all. Throws Stopped. No copy of the recording is made.
double explainedVariance(const Predictions& predictions, const std::vector<Trial>& trials,
                         const Progress& progress = noProgress());

}  // namespace keyhole
