// A latent LDS as a student.
#pragma once

#include "core/fitting/lds_fit.h"

namespace keyhole {

// The student with the model's dynamics in the paper's scaling, its emission, and the states that it infers
// on the first trial (E[x_t]). Its one-step R² is that of the Kalman filter's predictions. Cost: a smoother
// and a filter pass.
Student latentStudent(const LdsModel& model, const std::vector<Trial>& trials, double alpha);

// The fit as a student: latentStudent() of its model with the fit's summary, starts and warnings. Without
// parameters if the fit has none. The trials are those of the fit. After a stop, also one that comes here,
// the R² is that of the first kLookAfterStop time points, and a note says so.
Student studentOf(const LdsFit& fit, const std::vector<Trial>& trials, double alpha,
                  Progress& progress = noProgress());

}  // namespace keyhole
