// The words of attractors.h.
#include "core/analysis/attractors.h"
#include "core/common/error.h"

#include <algorithm>
#include <limits>

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
    case AttractorKind::torus:
      return "torus";
    case AttractorKind::centre:
      return "centre";
    case AttractorKind::slowPoint:
      return "slow point";
    case AttractorKind::divergence:
      return "divergence";
    case AttractorKind::unresolved:
      break;
  }
  return "unresolved";
}

namespace {

// The shortest time over which exponents were averaged: what is told has been so for so long.
double followedFor(const std::vector<LyapunovSpectrum>& spectra) {
  double shortest = std::numeric_limits<double>::infinity();
  for (const LyapunovSpectrum& one : spectra) shortest = std::min(shortest, one.duration);
  return shortest;
}

std::string titleOf(const Attractors& found, const CoexistingAttractor& one) {
  switch (one.kind) {
    case AttractorKind::point:
      return found.leavesInSteps(found.points.points[one.index]) ? "a point that is stable in the flow alone"
                                                                 : "a stable point";
    case AttractorKind::cycle:
      return (found.cycles[one.index].stability == CycleStability::marginal
                  ? "marginal cycles, side by side, of period "
                  : "a cycle of period ") +
             found.words.duration(found.cycles[one.index].period);
    case AttractorKind::continuum:
      return "a " + found.continua[one.index].title();
    case AttractorKind::chaos:
      return "chaos that lasts " + found.words.duration(followedFor(found.chaos)) + " at least";
    case AttractorKind::torus:
      return "a torus of two frequencies (by exponents over " +
             found.words.duration(followedFor(found.tori)) + ")";
    case AttractorKind::centre:
      return found.centre.periods.size() == 1
                 ? "neutral cycles, side by side, of period " + found.words.duration(found.centre.periods(0))
                 : "neutral turns of " + std::to_string(found.centre.periods.size()) + " frequencies";
    case AttractorKind::slowPoint:
      return found.points.points[one.index].kind == PointKind::fixed ? "a marginal point" : "a slow point";
    case AttractorKind::divergence:
      return "no bound";
    case AttractorKind::unresolved:
      break;
  }
  return std::string("something unresolved") +
         (found.isStiff ? ", which changes too fast to be followed" : "");
}

}  // namespace

std::string Attractors::coexistenceText() const {
  constexpr std::size_t kTold = 4;  // stable points one by one
  std::size_t wells = 0, inWells = 0;
  for (const CoexistingAttractor& one : coexisting) {
    if (one.kind != AttractorKind::point || one.runs.empty() || leavesInSteps(points.points[one.index]))
      continue;
    ++wells;
    inWells += one.runs.size();
  }
  std::string text;
  Index unvisited = 0;
  bool toldPoints = false;
  for (const CoexistingAttractor& one : coexisting) {
    if (one.runs.empty()) {
      ++unvisited;
      continue;
    }
    const bool together =
        wells > kTold && one.kind == AttractorKind::point && !leavesInSteps(points.points[one.index]);
    if (together && toldPoints) continue;
    toldPoints = toldPoints || together;
    if (!text.empty()) text += ", ";
    text += together ? std::to_string(wells) + " stable points" : titleOf(*this, one);
    text += " (" + std::to_string(together ? inWells : one.runs.size()) + " of " + std::to_string(runs) +
            " runs)";
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
    all.push_back("this is the flow, α → 0: in steps of α = " + twoDigits(alpha) + ", states leave " +
                  std::to_string(left) +
                  (stablePoints().empty() ? " of the marginal points" : " of the stable points"));
  if (!inSteps.message.empty()) all.push_back(inSteps.message);
  if (centre.isFound()) all.push_back(centre.message);
  if (centreInSteps.isFound())
    all.push_back("in steps of α = " + twoDigits(alpha) + ": " + centreInSteps.message);
  if (continua.empty() && !centre.isFound())
    all.push_back(line.message.empty() ? "no line attractor was looked for" : line.message);
  for (std::size_t i = 0; i < std::min(kShown, continua.size()); ++i) all.push_back(continua[i].message);
  if (continua.size() > kShown)
    all.push_back("and " + std::to_string(continua.size() - kShown) + " more continuous attractors");
  for (std::size_t i = 0; i < std::min(kShown, repelling.size()); ++i) all.push_back(repelling[i].message);
  if (const std::string ends = coexistenceText(); !ends.empty()) all.push_back("free runs end on: " + ends);
  if (isPart()) all.push_back(stoppedAt);
  return all;
}

}  // namespace keyhole
