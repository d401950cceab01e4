// Which channels explain the others: internals of the starts of a latent LDS.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"

#include <vector>

namespace keyhole {

// Where channels have hardly any noise, the likelihood of a model with L latents has a maximum for nearly
// each choice of L channels S that the latents follow exactly, down to the floor of their noise; EM does not
// leave one for another. What the choice costs, but for the dynamics, is the sum over the channels of log
// max(var(j | S) / var(j), floor): this lists the choices for which that is least.
//
// covariance: N x N, of the channels; count: L, 1 … N - 1; floor > 0. From each of up to 25 channels, those
// that leave least of the others, L are added one by one, then exchanged one for one as long as that helps;
// all sets that were looked at are candidates. At most `most`, best first, each in the order of what its
// channels leave alone. Cost: L N² (L + 10) per round of additions or exchanges; none is begun after about a
// second of them, but for those of the first channel. Throws Stopped.
std::vector<std::vector<Index>> explainingChannels(const Matrix& covariance, Index count, double floor,
                                                   std::size_t most, const Progress& progress = noProgress());

}  // namespace keyhole
