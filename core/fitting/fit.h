// What every fit of a student has in common: the student's dynamics and a summary that says how the fit
// ended.
#pragma once

#include "core/network/nonlinearity.h"

#include <string>
#include <vector>

namespace keyhole {

// Each status is the test that fired.
enum class FitStatus {
  notRun,             // no fit was asked for
  solved,             // closed form: the normal equations were solved
  converged,          // iterative: the change fell below the tolerance
  iterationLimit,     // iterative: the iterations ran out first; the parameters are the last ones
  stopped,            // the user stopped; the parameters are the best so far
  noStationaryState,  // long-time limit: Re λ(B) >= 1, or |λ((1-α)I + αB)| >= 1: the covariance does not
                      // exist
  singular,           // the normal equations are singular: Cholesky met a pivot <= 0
  diverged,           // a number left the finite range
};

std::string nameOf(FitStatus status);  // "solved", "no stationary state", …
bool hasParameters(FitStatus status);  // whether the student's matrices are valid

struct FitSummary {
  FitStatus status = FitStatus::notRun;
  std::string message = "no fit was asked for";  // one sentence
  int iterations = 0;
  std::vector<double> cost;  // objective per iteration; empty for closed forms
  double seconds = -1.0;     // wall time; negative until set
};

// The student: x ← (1-α) x + α (A φ(x) + V u + η) in the paper's scaling.
struct Student {
  Matrix A;  // d x d
  Matrix V;  // d x m, input weights; 0 columns if the fit had no input
  Nonlinearity phi = Nonlinearity::linear;
  double alpha = 0.01;
  FitSummary summary;
  double oneStepR2 = 0.0;          // of x_t - (1-α) x_{t-1} on the fitted data; NaN if it does not vary
  std::vector<std::string> notes;  // what the user should know ("the input was ignored")
};

}  // namespace keyhole
