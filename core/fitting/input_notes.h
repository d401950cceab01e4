// Inputs that move too little for a fit to tell what they do.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/trial.h"

#include <string>
#include <vector>

namespace keyhole {

// One sentence if the inputs excite fewer directions than there are in `order` successive steps of them (they
// are not persistently exciting of that order; Ljung 1999, 13.2): a constant excites one, a sinusoid two.
// Then what a system of `order` - 1 latents does with other inputs cannot be told from these. Directions are
// counted in the moments of the windows, each input in units of its own size, down to 1e-10 of the largest.
// Empty if there is nothing to say, also without inputs. Cost O(T (m order)²). Throws Stopped.
std::vector<std::string> weakInputs(const std::vector<Trial>& trials, Index order,
                                    const Progress& progress = noProgress());

// A sentence each on inputs of which a fit without latents cannot tell what they do: that are 0 throughout,
// or (with a constant drive) constant; and if those that vary are sums of each other. Shares of variance
// below 1e-10, which rounding makes of constants and sums, are none.
struct InputMoments {
  Matrix covariance;  // m x m, about the mean
  Vector mean;        // m
};
std::vector<std::string> dependentInputs(const InputMoments& moments, bool constantDrive);
InputMoments inputMoments(const std::vector<Trial>& trials);  // cost O(m² T)

// A sentence on inputs that change at no more than three steps of all trials, as a step or a single pulse
// does: whatever else happened then passes for what they do. Constant inputs are left to the others. Only the
// inputs are looked at. Cost O(m T).
std::vector<std::string> rareInputChanges(const std::vector<Trial>& trials);

// How many dimensions variables with this covariance span, those without variance left out: eigenvalues of
// their correlation matrix above 1e-10. Cost O(n³).
Index dimensionsOf(const Matrix& covariance);

}  // namespace keyhole
