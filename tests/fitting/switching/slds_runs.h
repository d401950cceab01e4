// What the tests of the switching LDS ask of a fit.
#pragma once

#include "core/fitting/switching/slds_fit.h"

namespace keyhole::test {

inline SldsOptions quickSwitching(Index latents, Index states, Index iterations = 25) {
  SldsOptions options;
  options.kind.latents = latents;
  options.states = states;
  options.iterations = iterations;
  options.tolerance = 0;
  options.startIterations = 10;
  options.compareWithLds = false;
  return options;
}

}  // namespace keyhole::test
