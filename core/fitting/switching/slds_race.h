// Which of several divisions into discrete states a switching fit goes on from.
#pragma once

#include "core/fitting/switching/slds_start.h"

namespace keyhole {

// Divisions that stand apart by little with q(x) as the common LDS has it end hundreds of nats apart, in any
// order: the latents, too, have to settle. So all of them go on by variational EM for a few iterations, the
// better half of them for twice as many, and so on until one is left; it replaces the model and the
// posteriors of `start`. Those that come to the same evidence bound are one, those whose model breaks fall
// out. Of Markov switches each takes part twice, once after iterations as a recurrent model.
//
// Of long recordings fewer take part (from 12,000 time points times states on), down to the best one, which
// then is the start as it is. Cost: of six divisions as much as some 80 iterations of fitSwitchingLds(), with
// Markov switches 400. Throws std::runtime_error if all models break, Stopped.
void raceOf(std::vector<SldsDivision> divisions, SldsStart& start, const std::vector<Trial>& trials,
            const SldsOptions& options, LdsEmissionSteps& emissions, Progress& progress);

// How many divisions take part: 6 to 1.
std::size_t raceSize(const std::vector<Trial>& trials, const SldsOptions& options);

}  // namespace keyhole
