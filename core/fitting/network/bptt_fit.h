// A student trained by backpropagation through time under teacher forcing, with or without hidden units:
// x ← (1-α) x + α (A φ(x) + V u + b), n = N seen + H hidden units, the first N the seen ones.
//
// Forcing. While it trains, the student runs over windows of the recording. At every step its predicted seen
// units x are pulled to the recorded ones y before they are propagated: x̃ = (1-β) x + β y (generalized
// teacher forcing: Doya 1992; Hess, Monfared, Brenner & Durstewitz, ICML 2023), or replaced by them with
// probability β (stochastic: a window at a time, drawn anew in every epoch). Hidden units are never forced.
// The gradient flows through the part of x that remains.
//
// Windows tile each trial; the last one of a trial may be shorter. The seen units start each window at the
// recorded sample. The hidden ones start at 0 at the beginning of a trial, as they do whenever the student is
// run (startFor()), and are carried over from window to window in time order: all windows of an epoch run
// side by side, so what is carried is the end of the window before as it was in the previous epoch. Gradients
// are cut where windows begin.
//
// Loss. L = mean over steps and seen units of ((x - y)/(α s))² + weightDecay ‖A‖², s² the mean variance of
// the seen units: an error of the drive A φ + V u + b in units of the data's standard deviation, so that α
// and the unit of the recording do not matter. A teacher's own process noise ασξ leaves a floor of about
// σ²/s², which nobody can predict.
//
// Steps are taken in scaled parameters: A in units of s/rms(φ), V in s/rms(u), b in s; and the gradient is
// multiplied by a constant that makes 100 the largest curvature of the loss of a linear student without
// hidden units (from the largest eigenvalue of the regressors' second moments, and from how far β lets an
// error travel). So the published rate, 0.01 with momentum 0.9, is stable, and 200 epochs settle every
// direction whose curvature is above about a hundredth of the largest, whatever α, the unit of the data and N
// are.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <cstdint>

namespace keyhole {

enum class ForcingKind { generalized, stochastic };
enum class BpttOptimizer {
  sgd,   // v ← momentum v + g, θ ← θ - rate v
  adam,  // Kingma & Ba 2015, β₁ = momentum, β₂ = 0.999, ε = 1e-8
};

struct BpttOptions {
  double alpha = 0.01;  // 0 < α <= 1
  Nonlinearity phi = Nonlinearity::linear;
  bool offset = true;  // the constant drive b; false: it stays at 0
  Index hidden = 0;    // H >= 0
  Index window = 500;  // steps per window, >= 1
  ForcingKind forcingKind = ForcingKind::generalized;
  double forcing = 0.5;  // β, or the probability: 0 (none) to 1 (one-step regression of the seen units)
  BpttOptimizer optimizer = BpttOptimizer::sgd;
  double learningRate = 0.01;  // > 0
  double momentum = 0.9;       // 0 <= momentum < 1
  double gain = 0.5;           // g >= 0: A starts as N(0, g²/n), V and b at 0
  double weightDecay = 0;      // >= 0, on A
  Index epochs = 200;          // >= 0; one step of the optimizer each, over all windows
  double tolerance = 1e-8;     // converged if the loss moved less than this part of it in 10 epochs; 0: never
  std::uint64_t seed = 1;      // of the start and of stochastic forcing

  friend bool operator==(const BpttOptions&, const BpttOptions&) = default;
};

std::string nameOf(ForcingKind kind);         // "generalized", "stochastic"
std::string nameOf(BpttOptimizer optimizer);  // "SGD", "Adam"

std::vector<std::string> problems(const BpttOptions& options);

// The parameters of the epoch with the lowest training loss are returned; summary.cost is the loss before
// every step and after the last one (epochs that diverged left out). Statuses: converged, iterationLimit (all
// epochs used, or diverged too often to go on, then a note says so), stopped (the best so far), diverged (no
// epoch after the start had a finite loss: the parameters are the random start's). A linear student with a
// drive is trained about the mean of the activity (about_mean.h). When the loss leaves the
// finite range, or grows to 100 times that of the start, the best parameters are restored and the rate is
// halved, at most 10 times, with a note. oneStepR2 is that of a run with the seen units fully forced.
// Throws InputError for bad options, missing samples or a recording that does not vary. Cost per epoch: 6 n²
// operations per time step, in products of n x n with n x (windows, up to 32); memory 3 n doubles per step of
// 32 windows.
Student fitBptt(const std::vector<Trial>& trials, const BpttOptions& options,
                Progress& progress = noProgress());

}  // namespace keyhole
