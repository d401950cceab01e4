// What came of a push, in words and as a table.
#include "core/common/error.h"
#include "core/experiment/studies/perturbation_stage.h"

#include <cmath>
#include <cstdio>
#include <limits>

namespace keyhole {
namespace {

constexpr double kAlike = 2;           // half-lives within this factor are the same
constexpr double kHoldsAPart = 0.01;   // of the push, when the rest has gone
constexpr double kWorthSaying = 1.25;  // a growth by this factor

std::string number(double value) {
  char buffer[32];
  const bool wholeIsEnough = std::abs(value) >= 99.5 && std::abs(value) < 1e5;
  std::snprintf(buffer, sizeof buffer, wholeIsEnough ? "%.0f" : "%.2g", value);
  return buffer;
}

// Of a recording in its steps, since its τ is not known.
std::string timeText(double time, const Perturbation& of) {
  return of.sampling ? stepsText(time, of.alpha, *of.sampling) : number(time) + " τ";
}

std::string halfLifeText(const Perturbed& system, const Perturbation& of) {
  if (std::isinf(system.run.halfLife))
    return "longer than the " + timeText(of.settings.horizon, of) + " shown";
  return timeText(system.run.halfLife, of);
}

std::string percentText(double share) {
  return number(100 * share) + " %";
}

enum class Memory { none, part, whole };

// whole: half of the push lasts; part: most is gone at once, but something stays that does not fade within
// the horizon.
Memory memoryOf(const Perturbed& system, double persistent, double horizon) {
  if (system.run.halfLife > persistent * std::log(2.0)) return Memory::whole;
  const bool holds = system.run.remaining >= kHoldsAPart && system.lateTimeConstant > horizon;
  return holds ? Memory::part : Memory::none;
}

std::string growthText(const Perturbed& system) {
  if (!(system.run.peak >= kWorthSaying)) return {};
  return " (after growing " + number(system.run.peak) + "-fold)";
}

// " and 4.9 % of it to the end"
std::string partText(const Perturbed& system, Memory memory) {
  return memory == Memory::part ? " and " + percentText(system.run.remaining) + " of it to the end" : "";
}

bool alike(double a, double b) {
  return (std::isinf(a) && std::isinf(b)) || (a <= kAlike * b && b <= kAlike * a);
}

std::string outcomeOf(Memory mine, Memory real, double mineFor, double realFor, bool passedAlong) {
  const std::string noMode =
      passedAlong ? " (no mode of the circuit lasts: it passes the perturbation along)" : "";
  if (mine == Memory::none && real == Memory::none) return "neither remembers it";
  if (mine == Memory::part && real == Memory::part) return "both hold a part of it" + noMode;
  if (mine < real) return "the student misses a memory of the circuit" + noMode;
  if (real == Memory::none) return "the student's attractor is not the circuit's";
  if (real == Memory::part)
    return passedAlong ? "the student's attractor is not the circuit's" + noMode
                       : "the circuit has a memory, of which this perturbation is a small part";
  if (alike(mineFor, realFor)) return "both remember it alike" + noMode;
  return (mineFor > realFor ? "the student exaggerates the circuit's memory"
                            : "the student understates the circuit's memory") +
         noMode;
}

std::string comparisonOf(const Perturbed& teacher, const Perturbed& student, double persistent,
                         const Perturbation& of) {
  const double horizon = of.settings.horizon;
  const bool passedAlong = of.lastingMode == false;
  const Memory mine = memoryOf(student, persistent, horizon), real = memoryOf(teacher, persistent, horizon);
  return "The student keeps half of the perturbation for " + halfLifeText(student, of) + growthText(student) +
         partText(student, mine) + ", the teacher for " + halfLifeText(teacher, of) + growthText(teacher) +
         partText(teacher, real) + ": " +
         outcomeOf(mine, real, student.run.halfLife, teacher.run.halfLife, passedAlong) + ".";
}

std::string aloneText(const Perturbed& system, const Perturbation& of) {
  const std::string who = system.role == PerturbationRole::teacher ? "The teacher" : "The student";
  return who + " keeps half of the perturbation for " + halfLifeText(system, of) + growthText(system) +
         (system.role == PerturbationRole::teacher ? "; there is no student to compare with."
                                                   : "; of a recording the circuit is not known.");
}

}  // namespace

std::string conclusionOf(const Perturbation& perturbation, double persistent) {
  const Perturbed* teacher = perturbation.find(PerturbationRole::teacher);
  const Perturbed* student = perturbation.find(PerturbationRole::shown);
  for (const Perturbed* system : {student, teacher}) {
    if (!system) continue;
    const std::string who = system->role == PerturbationRole::teacher ? "teacher" : "student";
    if (std::isnan(system->run.halfLife))
      return "The " + who + "'s seen units do not feel this perturbation.";
    if (system->run.diverged)
      return "The " + who + " runs away: it left the finite range after " +
             timeText(system->run.time.size() > 0 ? system->run.time(system->run.time.size() - 1) : 0,
                      perturbation) +
             ".";
  }
  if (teacher && student) return comparisonOf(*teacher, *student, persistent, perturbation);
  if (teacher) return aloneText(*teacher, perturbation);
  return student ? aloneText(*student, perturbation) : std::string("There is nothing to perturb.");
}

std::string nameOf(PerturbationDirection direction) {
  switch (direction) {
    case PerturbationDirection::random:
      return "random";
    case PerturbationDirection::slowMode:
      return "the student's slow mode";
    case PerturbationDirection::amplified:
      return "the teacher's amplified mode";
    case PerturbationDirection::input:
      break;
  }
  return "the input";
}

}  // namespace keyhole
