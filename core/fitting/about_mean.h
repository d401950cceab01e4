// Fits about the mean of the activity, of students whose equation allows it.
#pragma once

#include "core/fitting/fit.h"
#include "core/fitting/trial.h"

#include <functional>

namespace keyhole {

// What `fit` makes of the trials less their mean m over all samples, as a student of the trials themselves:
// linear, standard, of units (the first N of n, hidden ones start at 0), with a constant drive b. There
// x - m follows the same equation with the drive b - m + A m, so that the activity's mean, which an iterative
// fit would have to learn first and takes for memory until then, changes nothing in A. Cost O(N T) beside the
// fit, and a copy of the activity. Precondition: no missing samples.
Student fitAboutMean(const std::vector<Trial>& trials,
                     const std::function<Student(const std::vector<Trial>&)>& fit);

}  // namespace keyhole
