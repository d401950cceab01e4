#include "core/fitting/fit.h"

#include <algorithm>

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

double occupancy(const Switching& parts, std::size_t state) {
  if (parts.visits.size() > 0) return parts.visits(static_cast<Index>(state));
  const auto count = std::count(parts.path.begin(), parts.path.end(), static_cast<int>(state));
  return static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(parts.path.size(), 1));
}

std::size_t mostVisited(const Switching& parts) {
  std::size_t most = 0;
  for (std::size_t k = 1; k < parts.A.size(); ++k)
    if (occupancy(parts, k) > occupancy(parts, most)) most = k;
  return most;
}

bool restsOnFewSteps(const Student& student) {
  constexpr Index kEach = 4;
  const Index numbers =
      student.A.rows() + student.V.cols() + (student.b.size() + student.inner.size() > 0 ? 1 : 0);
  return student.steps > 0 && student.steps < kEach * numbers;
}

void setStopped(FitSummary& summary, const std::string& what) {
  summary.status = FitStatus::stopped;
  summary.message += "; " + what + " was stopped";
}

}  // namespace keyhole
