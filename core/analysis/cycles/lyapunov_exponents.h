// Lyapunov exponents along a noise-free run.
//
// The rates at which a k-dimensional volume of deviations grows along the run give λ₁ + … + λ_k (Benettin,
// Galgani, Giorgilli & Strelcyn 1980): k orthonormal deviations are carried along, by the variational
// equation or the map's derivative, and made orthonormal again (QR) every so often; λ_i is the mean of log
// R_ii per τ. A fixed point gives Re λ(B) - 1, a cycle log|μ| / T, one of them 0, and chaos λ₁ > 0.
#pragma once

#include "core/analysis/flow/flow_system.h"
#include "core/analysis/flow/smooth_flow.h"
#include "core/common/time_words.h"

#include <optional>
#include <string>

namespace keyhole {

struct LyapunovOptions {
  Index count = 4;         // k, the leading exponents; 1 … n (more than n are n)
  double transient = 100;  // τ, dropped: of the run, and again for the deviations to turn; from 0
  double duration = 1000;  // τ, averaged; above 0
  double step = 0.05;      // τ, of the differential equation's run; (0, 1]. Of networks in which something
                           // changes in less, no longer than that
  double interval = 1;     // τ, between two orthonormalisations; at least a step
  int batches = 20;        // of the standard error; from 2
  double alpha = 0;        // > 0: of the map z ← z + α F(z) instead (per τ as well); [0, 1]
  TimeWords words = {};    // how the message tells times
};
std::vector<std::string> problems(const LyapunovOptions& options);

// Each status is the test that fired.
enum class LyapunovStatus {
  computed,
  diverged,   // the run left the finite range: no exponents
  piecewise,  // a switching system: deviations jump where the field does, so that the mean of log R_ii within
              // the regions would be wrong; no exponents
  stiff,      // something changes in less than 0.002 τ, which takes too many steps: no exponents
  stopped,    // the user stopped: the mean so far, or none if that was before the first two intervals
};
std::string nameOf(LyapunovStatus status);

struct LyapunovSpectrum {
  LyapunovStatus status = LyapunovStatus::stopped;
  std::string message;    // one sentence
  Vector exponents;       // per τ, falling
  Vector standardErrors;  // by batch means: of a run that mixes within a batch; 0 for the exact -1 of a
                          // latent flow
  // j + (λ₁ + … + λ_j) / |λ_{j+1}|, j the last with a sum >= 0; 0 if λ₁ < 0; NaN if more exponents are needed
  // (n if no sum of all n falls below 0). An exponent within two standard errors of 0 counts as 0.
  double kaplanYorke = 0;
  // Σ λ_i of all n against the mean of tr J along the run: |difference| per τ. NaN unless all n are asked for
  // (of a low-rank network all r latent ones), and for the map.
  double sumError = 0;
  double duration = 0;  // τ that were averaged; infinite: exact
};

// From the logarithms of R_ii of successive intervals of so many τ (k x intervals): means and standard errors
// by batches. all: whether there are no more exponents than these.
LyapunovSpectrum averagedExponents(ConstMatrixRef logs, double interval, int batches, bool all,
                                   const TimeWords& words = {});

// Of an affine system, wherever it runs: the leading `count` of the rates Re λ - 1 (any order), without an
// error. sumError is NaN.
LyapunovSpectrum exactExponents(Vector rates, Index count, const TimeWords& words = {});

// Of the equation (alpha = 0) or the map, from a start that is in the basin of the attractor in question.
// Cost: (2 transient + duration) / step x 6 evaluations of F and J V with k columns (map: / α, 1 each). The
// error of the step, of fifth order, is not in the standard error. Polls for a stop every few steps.
LyapunovSpectrum lyapunovExponents(const SmoothFlow& flow, ConstVectorRef start,
                                   const LyapunovOptions& options = {}, Progress& progress = noProgress());

// Of a network. Low rank: in the r latent coordinates, the other N - r exponents being -1 exactly (tangent.h;
// of the map log|1 - α| / α). Affine: the deviations do not depend on the run, which then stays where it is,
// so that unstable systems have their exponents Re λ - 1, too. Throws InputError for bad options or a start
// of another size or not finite.
LyapunovSpectrum lyapunovExponents(const FlowSystem& system, ConstVectorRef start,
                                   const LyapunovOptions& options = {}, Progress& progress = noProgress());

}  // namespace keyhole
