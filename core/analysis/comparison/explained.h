// How much of the recording that it was fitted to a student explains: one number, wherever it is told.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <vector>

namespace keyhole {

// Explained variance of these trials: by the reconstruction from inferred states for a student with an
// emission (its own states for the first trial; an LDS smooths several trials anew), by a noise-free run from
// each trial's first sample for the others. A switching student has states of the first trial alone: then
// trials must hold no other. NaN if the trials do not vary. Throws Stopped.
double explainedBy(const Student& student, const std::vector<Trial>& trials,
                   Progress& progress = noProgress());

// The same after a fit to these trials (of a switching student, of the first one). After a stop, also one
// that comes here, it is that of a long recording's beginning, with a note.
double explainedAfterFit(Student& student, const std::vector<Trial>& trials, Progress& progress);

}  // namespace keyhole
