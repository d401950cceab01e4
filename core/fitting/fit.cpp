#include "core/fitting/fit.h"

namespace keyhole {

std::string nameOf(FitStatus status) {
  switch (status) {
    case FitStatus::notRun:
      return "not run";
    case FitStatus::solved:
      return "solved";
    case FitStatus::converged:
      return "converged";
    case FitStatus::iterationLimit:
      return "iteration limit";
    case FitStatus::stopped:
      return "stopped";
    case FitStatus::noStationaryState:
      return "no stationary state";
    case FitStatus::singular:
      return "singular";
    case FitStatus::diverged:
      return "diverged";
  }
  return "unknown";
}

bool hasParameters(FitStatus status) {
  return status == FitStatus::solved || status == FitStatus::converged ||
         status == FitStatus::iterationLimit || status == FitStatus::stopped;
}

}  // namespace keyhole
