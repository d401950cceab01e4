// On which attractor each free run ends: internals of attractors.h.
#pragma once

#include "core/analysis/attractors.h"

namespace keyhole {

// Fills coexisting, chaos, runs, untoldRuns and, if a run is chaotic, exponents of `found`, whose points,
// cycles, continua and scale are known. Marginal cycles of one period count as one attractor, a surface of
// them, for which the first stands. A run that is on nothing known goes on for up to 1000 τ (of more than 100
// units for at most 200 τ); what still moves then has its exponents averaged (settings: `exponents`), `most`
// runs at most.
void tellRunsApart(const FlowSystem& system, const LimitSets& runs, const LyapunovOptions& exponents,
                   Index most, Attractors& found, Progress& progress);

// Whether the leading exponent is above zero by more than two standard errors and 1e-3 per τ.
bool isPositive(const LyapunovSpectrum& exponents);

}  // namespace keyhole
