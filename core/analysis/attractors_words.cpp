// The words of attractors.h.
#include "core/analysis/attractors.h"
#include "core/common/error.h"

#include <algorithm>

namespace keyhole {

std::string nameOf(AttractorKind kind) {
  switch (kind) {
    case AttractorKind::point:
      return "point";
    case AttractorKind::cycle:
      return "cycle";
    case AttractorKind::continuum:
      return "continuum";
    case AttractorKind::chaos:
      return "chaos";
    case AttractorKind::slowPoint:
      return "slow point";
    case AttractorKind::divergence:
      return "divergence";
    case AttractorKind::unresolved:
      break;
  }
  return "unresolved";
}

std::string Attractors::coexistenceText() const {
  std::string text;
  Index unvisited = 0;
  for (const CoexistingAttractor& one : coexisting) {
    if (one.runs.empty()) {
      ++unvisited;
      continue;
    }
    if (!text.empty()) text += ", ";
    switch (one.kind) {
      case AttractorKind::point:
        text += leavesInSteps(points.points[one.index]) ? "a point that is stable in the flow alone"
                                                        : "a stable point";
        break;
      case AttractorKind::cycle:
        text += cycles[one.index].stability == CycleStability::marginal
                    ? "marginal cycles, side by side, of period "
                    : "a cycle of period ";
        text += words.duration(cycles[one.index].period);
        break;
      case AttractorKind::continuum:
        text += "a " + continua[one.index].title();
        break;
      case AttractorKind::chaos:
        text += "chaos";
        break;
      case AttractorKind::slowPoint:
        text += "a slow point";
        break;
      case AttractorKind::divergence:
        text += "no bound";
        break;
      case AttractorKind::unresolved:
        text += "something unresolved";
        break;
    }
    text += " (" + std::to_string(one.runs.size()) + " of " + std::to_string(runs) + " runs)";
  }
  if (untoldRuns > 0)
    text += (text.empty() ? "" : ", and ") + ("where " + std::to_string(untoldRuns)) + " of " +
            std::to_string(runs) + " runs end is not known: stopped";
  if (unvisited > 0)
    text += (text.empty() ? "" : ", and ") + std::to_string(unvisited) + " more on which no run ended";
  return text;
}

std::vector<std::string> Attractors::sentences() const {
  constexpr std::size_t kShown = 4;
  // Affine systems are solved: that is said of the points themselves.
  const bool solved = points.searchedStarts == 0 && points.census.completeness == Completeness::certified;
  std::vector<std::string> all = {solved ? points.message : points.census.message};
  if (const Index left = leftInSteps(); left > 0)
    all.push_back("this is the flow, α → 0: in steps of α = " + twoDigits(alpha) + ", " +
                  std::to_string(left) + " of the stable points " + (left == 1 ? "is" : "are") + " left");
  if (!inSteps.message.empty()) all.push_back(inSteps.message);
  if (continua.empty())
    all.push_back(line.message.empty() ? "no line attractor was looked for" : line.message);
  for (std::size_t i = 0; i < std::min(kShown, continua.size()); ++i) all.push_back(continua[i].message);
  if (continua.size() > kShown)
    all.push_back("and " + std::to_string(continua.size() - kShown) + " more continuous attractors");
  if (const std::string ends = coexistenceText(); !ends.empty()) all.push_back("free runs end on: " + ends);
  if (isPart()) all.push_back(stoppedAt);
  return all;
}

}  // namespace keyhole
