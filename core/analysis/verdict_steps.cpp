// Cycles of a few steps in the verdict: which of them have no counterpart, and how they are told.
#include "core/analysis/verdict_case.h"

#include <algorithm>

namespace keyhole {
namespace {

// Marginal ones lie side by side along a line or ring of them; what noise leaves of it is stable somewhere on
// it.
bool attractsInSteps(const StepCycle& cycle) {
  return cycle.stability == CycleStability::stable || cycle.stability == CycleStability::marginal ||
         cycle.runs > 0;
}

bool isThere(const StepCycle& cycle, const CommonView& view, const SystemEvidence& by, double scale) {
  constexpr double kNear = 0.25;  // as AttractorMatchOptions::near
  const Matrix turn = view.of(cycle.points);
  const auto& all = by.attractors->inSteps.cycles;
  return std::any_of(all.begin(), all.end(), [&](const StepCycle& other) {
    return attractsInSteps(other) && other.period == cycle.period &&
           distanceOfTurns(turn, by.view.of(other.points)) <= kNear * scale;
  });
}

// The largest distance of a state of a stable cycle from the middle of it.
double sizeOf(const SystemEvidence& evidence) {
  double size = 0;
  for (const StepCycle& cycle : evidence.attractors->inSteps.cycles) {
    const Matrix turn = evidence.view.of(cycle.points);
    const Vector mean = turn.rowwise().mean();
    if (attractsInSteps(cycle)) size = std::max(size, (turn.colwise() - mean).colwise().norm().maxCoeff());
  }
  return size;
}

}  // namespace

bool hasStepCycle(const SystemEvidence& evidence) {
  if (!evidence.mayCycle || !evidence.attractors) return false;
  const auto& all = evidence.attractors->inSteps.cycles;
  return std::any_of(all.begin(), all.end(), attractsInSteps);
}

// Where the other's list is not known to be whole, that it has any is enough; so of a continuum of cycles, of
// which one stands for all.
Index unpairedStepCycles(const SystemEvidence& own, const SystemEvidence& other) {
  if (!hasStepCycle(own)) return 0;
  const auto& mine = own.attractors->inSteps;
  const StepAttractors& its = other.attractors->inSteps;
  const bool compared =
      its.twoSteps == Completeness::certified && its.continua.empty() && mine.continua.empty();
  if (hasStepCycle(other) && !compared) return 0;
  const double scale = std::max(sizeOf(own), sizeOf(other));
  return static_cast<Index>(
      std::count_if(mine.cycles.begin(), mine.cycles.end(), [&](const StepCycle& cycle) {
        return attractsInSteps(cycle) && (cycle.period == 2 || !hasStepCycle(other)) &&
               !isThere(cycle, own.view, other, scale);
      }));
}

std::string stepCyclesText(const SystemEvidence& evidence) {
  if (!hasStepCycle(evidence)) return {};
  Index count = 0, shortest = 0, longest = 0;
  for (const StepCycle& cycle : evidence.attractors->inSteps.cycles) {
    if (!attractsInSteps(cycle)) continue;
    ++count;
    shortest = shortest == 0 ? cycle.period : std::min(shortest, cycle.period);
    longest = std::max(longest, cycle.period);
  }
  std::string steps = std::to_string(shortest);
  if (longest > shortest) steps += " to " + std::to_string(longest);
  return " and " + (count == 1 ? "a cycle" : std::to_string(count) + " cycles") + " of " + steps + " steps";
}

}  // namespace keyhole
