// On which attractor each free run ends: internals of attractors.h.
#pragma once

#include "core/analysis/attractors.h"

#include <optional>

namespace keyhole {

struct TellingOptions {
  LyapunovOptions exponents;  // of the first chaotic run, all that are asked for
  LimitCycleOptions cycles;   // of runs that neither rest nor are chaotic, from where they have come to
  Index chaoticRuns = 8;      // see AttractorOptions
  Index cycleStarts = 6;
};

// Fills coexisting, chaos, tori, runs, untoldRuns and, if a run is chaotic, exponents of `found`, whose
// points, cycles, continua and scale are known; cycles that are closed here are added. Marginal cycles of one
// period count as one attractor, a surface of them, for which the first stands. Runs that are on nothing
// known go on side by side for up to 4000 τ, less in networks for which that is more work than about four
// seconds; on the way their leading exponents are averaged. What still moves then without growing apart is
// closed to cycles, or is on its way to a known attractor at the rate at which that attracts, or has three
// exponents averaged, two of which vanish on a torus of two frequencies.
void tellRunsApart(const FlowSystem& system, const LimitSets& runs, const TellingOptions& options,
                   Attractors& found, Progress& progress);

// Whether the leading exponent is above zero by more than two standard errors and 1e-3 per τ.
bool isPositive(const LyapunovSpectrum& exponents);

// Whether a run with these exponents, which is on no cycle, is on a torus: the leading two are within two
// standard errors and 1e-3 per τ of zero, and the third, if there is one, is below by both.
bool isTorus(const LyapunovSpectrum& exponents);

}  // namespace keyhole
