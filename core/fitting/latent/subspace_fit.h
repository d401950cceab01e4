// Subspace identification of a latent LDS: in closed form, without a start and without local optima.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/latent/lds_model.h"

#include <string>
#include <vector>

namespace keyhole {

enum class SubspaceWeighting {
  n4sid,  // the oblique projection as it is (Van Overschee & De Moor 1994): large channels count more
  cva,    // canonical correlations of past and future (Larimore 1990): whatever the units
};

struct SubspaceOptions {
  Index latents = 5;    // 1 to the number of channels that vary
  double alpha = 0.01;  // in (0, 1], for the student's scaling
  // k, the steps of past and of future, above the latents. 0: max(latents + 1, 10), but fewer (down to 2)
  // where the 2k (N + m) rows of a window would be more than 2000 or more than half of the windows.
  Index blockRows = 0;
  SubspaceWeighting weighting = SubspaceWeighting::n4sid;

  friend bool operator==(const SubspaceOptions&, const SubspaceOptions&) = default;
};

std::vector<std::string> problems(const SubspaceOptions& options);

// The model, with CᵀC = I, Q full and inputs at arrival. The outputs of k steps are projected along the
// inputs of the same steps on inputs and outputs of the k steps before; its leading L directions are the
// observability matrix, and the states of two successive steps that belong to it are regressed on each other
// with the future inputs beside them (the first algorithm of the paper: no bias at finite k, whatever the
// input's spectrum). V and G follow by weighted least squares from what the future inputs do outside of the
// observability matrix; Q and R from the residuals under the condition that they are independent; at the end
// a few EM steps on b, c, Q and R alone. A first state is taken as one like any other: mu0 and P0 are the
// mean and the covariance of all states. (Estimated from one trial, P0 would vanish.)
//
// All of it comes from one Cholesky factor of the moments of the windows of 2k steps. The moments get a
// ridge of 1e-14 times their number of rows, relative to each row's own, which smooth or noise-free
// recordings need; directions below 3e-7 of the leading one are not resolved.
//
// Cost with w = N + m: O(T k w²) for the moments (a block of them follows from its neighbour on the
// diagonal), O((k w)³) for the projections, O((m (N + L))³) for V and G, O(T L (L + w)) for each EM step.
// Memory O((k w)²) and, in the EM steps, that of the recording (LdsData). A stop waits for single
// factorisations of the projections.
//
// Throws InputError: bad options, trials that do not fit together, missing samples, fewer channels that vary
// than latents, too few windows; std::runtime_error with one sentence if the recording does not determine the
// model; Stopped.
LdsModel subspaceModel(const std::vector<Trial>& trials, const SubspaceOptions& options,
                       Progress& progress = noProgress());

// k as the fit of these trials takes it.
Index blockRowsFor(const std::vector<Trial>& trials, const SubspaceOptions& options);

// The same as a student: status solved, or singular or diverged (no parameters, message says why). Throws
// InputError, Stopped.
Student fitSubspace(const std::vector<Trial>& trials, const SubspaceOptions& options,
                    Progress& progress = noProgress());

}  // namespace keyhole
