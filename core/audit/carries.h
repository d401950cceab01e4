// Whether a recording can carry the question of an audit at all. Refusing is a result.
#pragma once

#include "core/observation/summary/recording_summary.h"

#include <string>

namespace keyhole {

struct CarryLimits {
  Index units = 3;  // below this there is no keyhole: one unit is always reversible, and two leave
                    // nothing to take subsets of
  double effectiveSamples = 50;  // of the whole recording: fewer have second moments known to a fifth at best
  Index timePoints = 200;
  double smoothings = 100;  // the recording must be at least so many times as long as what smooths it
};

// One sentence that says why no weights can be given, or empty. claimedSteps: time constant that the fit
// claims, in time steps; 0 or negative: not known.
std::string whyNotCarried(const RecordingSummary& summary, double claimedSteps,
                          const CarryLimits& limits = {});

// One sentence that says why nothing of an audit can be made, or empty: the fit of all units needs more steps
// than units.
std::string whyNothingCarried(Index units, Index transitions);

}  // namespace keyhole
