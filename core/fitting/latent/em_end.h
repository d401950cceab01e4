// When the iterations of EM end: what the latent and the switching latent LDS share.
#pragma once

#include <string>
#include <vector>

namespace keyhole {

// Whether the last rise of an objective is below the tolerance (> 0), relative to its size.
bool stoodStill(const std::vector<double>& values, double tolerance);

// EM never lowers its objective, but near a singular model rounding can be larger than what a step gains.
enum class AfterStep {
  rises,     // or stays
  rounding,  // lower by no more than it takes to say that it stands still: 1e-9 of `scale`
  broken     // lower by more: the model before is the last good one
};
AfterStep afterStep(double before, double value, double scale);

// One sentence part for AfterStep::broken; what: "the log-likelihood".
std::string brokenByRounding(const std::string& what, double fall);

}  // namespace keyhole
