// Running a fitted student, and how well it reproduces what it was fitted to.
#pragma once

#include "core/fitting/fit.h"

namespace keyhole {

// d x T: the student from `start` (d), with the input (m x T or empty) and process noise (d x (T-1), already
// multiplied by σ, or empty). Column 0 is the start. Stops growing at ±1e12: the remaining columns repeat the
// last finite one and `diverged` is set.
struct StudentRun {
  Matrix states;
  bool diverged = false;
};
StudentRun runStudent(const Student& student, const Vector& start, Index steps, ConstMatrixRef input,
                      ConstMatrixRef noise);

// Fraction of the variance of `recording` (d x T) about its mean that `prediction` explains: 1 - ‖X - X̂‖²/‖X
// - X̄‖². NaN if the recording does not vary; can be negative. Capped below at -1e6.
double explainedVariance(ConstMatrixRef recording, ConstMatrixRef prediction);

}  // namespace keyhole
