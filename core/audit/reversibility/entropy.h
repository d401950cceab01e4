// Gaussian entropy production of a stationary process from its cross-spectra.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"

#include <cstdint>

namespace keyhole {

struct EntropyProduction {
  double rate = 0;       // nats per time step, less the mean of the null (random conjugates)
  Index components = 0;  // q <= 5 leading ones
};

// (1/4π) ∫ [tr S S⁻ᵀ - q] dω over windows of neighbouring frequencies, each with at least 8 q of them: what
// changes sign within a window is not seen. transforms: p x J of whitened components of trials of these
// lengths. Cost O(100 q² J). Throws Stopped.
EntropyProduction entropyProduction(const std::vector<ComplexMatrix>& transforms,
                                    const std::vector<Index>& lengths, std::uint64_t seed,
                                    Progress& progress = noProgress());

}  // namespace keyhole
