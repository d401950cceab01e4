// The words of slow_manifold.h.
#include "core/analysis/points/slow_manifold.h"

#include <cmath>
#include <cstdio>

namespace keyhole {
namespace {

std::string shortNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string restText(const SlowManifold& found, const TimeWords& words) {
  if (found.isAtRest) return found.drifting > 0 || found.repels ? "" : " of fixed points";
  std::string text = found.drifting > 0 || found.repels ? "" : " of slow points";
  text += " (at most " + words.rate(found.fastest) + ")";
  if (found.stablePoints > 0 && !found.repels)
    text += " with " + std::to_string(found.stablePoints) + " stable " +
            (found.stablePoints == 1 ? "point" : "points") + " on it";
  // Slow next to the other directions, but no memory in the long run.
  if (found.stablePoints == 1 && found.otherPoints == 0 && !found.repels)
    text += ", to which all else on it drifts";
  return text;
}

// What drifts along a line of fixed points goes on for ever; along slow points it may come to rest.
std::string driftText(const SlowManifold& found) {
  if (found.repels) return ", no attractor, since something beside it grows";
  if (found.drifting == 0) return {};
  return found.isAtRest ? ", no attractor, since what lies beside it drifts along it"
                        : ", along which drifts what lies beside it";
}

// A ring that rests nowhere is gone round.
std::string turningText(const SlowManifold& found, const TimeWords& words) {
  if (!(found.roundTime > 0)) return {};
  return ", round which states go in " + words.duration(found.roundTime) + ": a slow cycle";
}

}  // namespace

std::string sentenceOf(const SlowManifold& found, double scale, const TimeWords& words) {
  const std::string tau = std::isinf(found.slowTau) ? "infinite" : words.duration(found.slowTau);
  std::string size = turningText(found, words) + ": extent " + shortNumber(found.extent / scale);
  if (found.dimension > 1) size += " by " + shortNumber(found.narrowest / scale);
  size += " times the activity's deviation, slow time constant " + tau +
          (found.fastTau > 0 ? ", next " + words.duration(found.fastTau) : std::string(", no other"));
  switch (found.status) {
    case SlowManifoldStatus::line:
    case SlowManifoldStatus::ring:
    case SlowManifoldStatus::plane:
      return "a " + found.title() + restText(found, words) + driftText(found) + size;
    case SlowManifoldStatus::stopped:
      return "stopped while following slow points" + size;
    case SlowManifoldStatus::noSlowMode:
      return "no line attractor: no point of rest has a slow direction";
    case SlowManifoldStatus::tooShort:
      return "no line attractor: a point of rest has a slow direction, but what is beside it is not slow";
    case SlowManifoldStatus::severalModes:
      return "no line attractor: more than six directions are slow";
    case SlowManifoldStatus::complexPair:
      return "no line attractor: the slow modes are a complex pair, a rotation";
    case SlowManifoldStatus::passage:
      return "no line attractor: slow points line up, but what comes to them passes through";
    case SlowManifoldStatus::unstable:
      return "no line attractor: the slow direction grows, or another one beside it";
    case SlowManifoldStatus::noPoint:
      break;
  }
  return "no line attractor: there is no fixed or slow point";
}

std::string SlowManifold::name() const {
  if (status != SlowManifoldStatus::plane) return nameOf(status);
  if (dimension > 2) return std::to_string(dimension) + "-dimensional";
  return closedDirections > 0 ? "closed surface" : "plane";
}

std::string SlowManifold::title() const {
  if (drifting == 0 && !repels) return name() + " attractor";
  return name() + (isAtRest ? " of fixed points" : " of slow points");
}

std::string nameOf(SlowManifoldStatus status) {
  switch (status) {
    case SlowManifoldStatus::line:
      return "line";
    case SlowManifoldStatus::ring:
      return "ring";
    case SlowManifoldStatus::plane:
      return "plane";
    case SlowManifoldStatus::noSlowMode:
      return "no slow mode";
    case SlowManifoldStatus::tooShort:
      return "too short";
    case SlowManifoldStatus::severalModes:
      return "several slow modes";
    case SlowManifoldStatus::complexPair:
      return "complex pair";
    case SlowManifoldStatus::passage:
      return "passage";
    case SlowManifoldStatus::unstable:
      return "unstable";
    case SlowManifoldStatus::stopped:
      return "stopped";
    case SlowManifoldStatus::noPoint:
      break;
  }
  return "no point";
}

}  // namespace keyhole
