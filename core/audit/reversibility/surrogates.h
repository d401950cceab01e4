// Reversible Gaussian recordings with the real part of a recording's own cross-spectrum.
#pragma once

#include "core/audit/reversibility/transforms.h"

#include <cstdint>

namespace keyhole {

// What a trial's components would be, were it Gaussian and reversible: at each frequency the transform is
// drawn with the covariance Re S(ω), S being the mean of the periodogram over neighbouring frequencies (up to
// a quarter of the distance to frequency 0, at most 8 on either side, so that slow peaks stay as sharp as
// they are). transform: p x J; the result is p x T, mean 0. A function of (seed, trial). Cost O(p J + p T log
// T).
Matrix reversibleSurrogate(const ComplexMatrix& transform, Index T, std::uint64_t seed, std::uint64_t trial);

}  // namespace keyhole
