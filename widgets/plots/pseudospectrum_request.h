// Whose pseudospectrum a panel would like to show, and where.
#pragma once

#include "core/analysis/nonnormal/pseudospectrum.h"
#include "core/experiment/experiment.h"

#include <memory>
#include <optional>

namespace keyhole {

struct PseudospectrumRequest {
  std::shared_ptr<const Experiment> of;  // null: none is wanted any more
  Side side = Side::student;
  ComplexWindow window = {};
};

// Both ask for the same system; a finer picture of an experiment has the same ones.
bool sameSystem(const PseudospectrumRequest& a, const PseudospectrumRequest& b);

// What the view asks for; `of` is null if that is none, or if there is no such system. The window is left
// open.
PseudospectrumRequest wantedPseudospectrum(const std::shared_ptr<const Experiment>& experiment);

// The network behind the spectrum, in the paper's scaling. Empty for a dense one of more than 1000 units,
// whose contours would take minutes.
std::optional<Network> networkOf(const PseudospectrumRequest& request);

}  // namespace keyhole
