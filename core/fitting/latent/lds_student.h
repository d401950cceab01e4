// A latent LDS as a student.
#pragma once

#include "core/fitting/latent/lds_fit.h"

namespace keyhole {

// The model as a student, with its dynamics in the paper's scaling, its emission, and the states that it
// infers on the first trial (E[x_t]). Its one-step R² is that of the Kalman filter's predictions. Without
// parameters if the summary says that there are none. After a stop, also one that comes here, states and R²
// are those of the first lookedAtAfterStop() time points; a note and the summary say so. Cost: a smoother and
// a filter pass.
Student studentOf(const LdsModel& model, const FitSummary& summary, const std::vector<Trial>& trials,
                  double alpha, Progress& progress = noProgress());

// The fit of these trials as a student: the same with the fit's means, if it has them, its starts and
// warnings.
Student studentOf(const LdsFit& fit, const std::vector<Trial>& trials, double alpha,
                  Progress& progress = noProgress());

}  // namespace keyhole
