// What the window says at the top of a recording's fit, for those who have the fit and no window.
#pragma once

#include "core/experiment/experiment.h"
#include "core/fitting/trial.h"

namespace keyhole {

// What a student was fitted to, as far as its verdict rests on it.
struct FittedRecording {
  const std::vector<Trial>& trials;  // N x T_k each; none: they passed by and are not kept
  double seconds = 0;                // between two samples; 0: not known
};

// The verdict on a recording's student, that of runExperiment() for the same fit and settings (effective(),
// of a recording): by the same judge, from the same runs and search, which take as long as there. Without
// trials the activity is not known from which attractors are looked for: a linear student is judged by its
// spectrum alone, and of any other nothing is said (an empty sentence). spectrum: of student.A, with
// conditions. The student has parameters. Throws Stopped.
Verdict verdictOfRecording(const Student& student, const Spectrum& spectrum, const FittedRecording& recording,
                           const Settings& settings, Progress& progress = noProgress());

}  // namespace keyhole
