// CORNN: the convex fit of a leaky-rate student with tanh (Dinc, Shai, Schnitzer & Tanaka, NeurIPS 2023).
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

namespace keyhole {

// What an error of the prediction counts, with y_t = (x_t - (1-α) x_{t-1})/α (clipped to ±(1 - 1e-6)), its
// prediction ŷ = tanh(A x_{t-1}) and the threshold c.
enum class CornnLoss {
  weighted,  // e = (y - ŷ)/(1 - y²), the error before tanh to first order; dropped where |e| > c, and the
             // rest of the unit scaled up by total/kept
  standard,  // e = y - ŷ
  robust,    // e as in weighted, clipped to ±c
};

struct CornnOptions {
  double alpha = 0.01;      // 0 < α <= 1
  double l2 = 1e-5;         // >= 0; the ridge is λ = l2 times the number of transitions
  double threshold = 1;     // c > 0, of the weighted and the robust loss
  Index iterations = 1000;  // at most, >= 0; with 0 the start is the result
  CornnLoss loss = CornnLoss::weighted;
  bool offset = false;      // a constant drive inside of tanh, without a ridge
  double tolerance = 1e-9;  // >= 0; converged if no entry of A (or of c) moves by more than this part of the
                            // largest one in an iteration; 0: never stop early

  friend bool operator==(const CornnOptions&, const CornnOptions&) = default;
};

std::vector<std::string> problems(const CornnOptions& options);

// x ← (1-α) x + α tanh(A x + c) for N units, c = 0 without an offset; with one, X about its mean has a row of
// constants more, which bears no ridge. With X the states x_{t-1} of all trials in columns, E the errors and
// H = (X Xᵀ + λ I)⁻¹: A starts at artanh(Y) Xᵀ H and is improved by A ← (A X + E) Xᵀ H = A - λ A H + E Xᵀ H.
//
// At the end E Xᵀ = λ A. Objective (cost before each iteration and after the last): the mean over all entries
// of the loss whose derivative is 2e: weighted min(e², c²), standard e², robust e² within the threshold and
// 2c|e| - c² beyond (Huber). The iteration is not its gradient, so it may rise.
//
// A stop returns the last whole iteration; throws Stopped before there is a start, of more than
// kShortRecording samples. An input is ignored, and said so: the method puts it inside of
// tanh, where this convention has none. Status singular if X Xᵀ + λ I is not positive definite. Throws
// InputError: bad options, trials that do not fit together, missing samples. Cost per iteration O(N² T).
Student fitCornn(const std::vector<Trial>& trials, const CornnOptions& options,
                 Progress& progress = noProgress());

}  // namespace keyhole
