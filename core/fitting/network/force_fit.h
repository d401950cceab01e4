// FORCE: a network that runs freely is taught to follow the recording while it runs (Sussillo & Abbott,
// Neuron 2009), all units and weights at once as in Perich et al. 2020 (CURBD).
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <cstdint>

namespace keyhole {

struct ForceOptions {
  double alpha = 0.01;  // 0 < α <= 1
  Nonlinearity phi = Nonlinearity::tanh;
  bool offset = false;      // a constant drive b, which starts at 0
  double gain = 1.5;        // g >= 0: A starts at N(0, g²/N), V at 0
  double p0 = 0.01;         // P starts at p0 I, 0 < p0 <= 1e6
  Index passes = 100;       // over the recording, >= 1; see below
  Index resetEvery = 0;     // steps, >= 0; 0: the state is put back only at the start of a trial
  Index updateEvery = 1;    // steps, >= 1
  double tolerance = 1e-6;  // >= 0; converged if no weight moves by more than this part of the largest one in
                            // a pass; 0: use all passes
  std::uint64_t seed = 1;   // of the start of A

  friend bool operator==(const ForceOptions&, const ForceOptions&) = default;
};

std::vector<std::string> problems(const ForceOptions& options);

// The student is that of fit.h, x̂_t = (1-α) x̂_{t-1} + α W r_{t-1} with W = [A V b] and r = [φ(x̂); u; 1], and
// x̂ is what is to follow the recorded x. In each pass and trial x̂ starts at the recording and goes on from
// its own past, put back to the recording every resetEvery steps. W is taught by recursive least squares
// (recursive_least_squares.h) in the units of the drive: the target of W r_{t-1} is what would bring x̂ onto
// the recording in this step,
//   a_t = (x_t - (1-α) x̂_{t-1})/α,  so that the error is W r_{t-1} - a_t = (x̂_t - x_t)/α.
// P lives on through the passes. With resetEvery = 1 every x̂_{t-1} is the recorded one (teacher forcing), and
// n passes give the ridge regression of eq. 4 with ridge α²/(n p0), pulled towards the start of A instead of
// towards 0. (The published programs use the error x̂_t - x_t without 1/α, which with α = 0.01 moves the
// weights by a hundredth of a least-squares step.)
//
// Objective, after each pass: the mean squared error x̂ - x of a run with the weights at rest, from the same
// reset points; the error while learning would flatter, since the updates steer. If x̂ leaves a hundred times
// the largest recorded number, a pass ends there and learns nothing from it; in the objective the rest of the
// stretch counts as that far off.
//
// The published number of passes is 1000. With reset points every 1/α steps the objective stood still (to 2
// %) after 60 to 100 passes on recordings of 25 units and 5000 steps; in one free run of 5000 steps it still
// fell after 100, and jumped, since a small change of the weights moves the whole later course.
//
// All passes used or converged: the last weights, or the best ones if the last run away. A stop returns the
// weights of the best whole pass (before the first one ended: those so far). A linear student with an offset
// is taught about the mean of the activity (about_mean.h). Throws InputError: bad options,
// trials that do not fit together, missing samples. Cost per pass O(T (N + m)²).
Student fitForce(const std::vector<Trial>& trials, const ForceOptions& options,
                 Progress& progress = noProgress());

}  // namespace keyhole
