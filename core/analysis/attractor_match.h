// The attractors of two systems paired by where they are: the same objects, or which of them have no
// counterpart.
#pragma once

#include "core/analysis/attractors.h"

#include <optional>

namespace keyhole {

// How states of a system are seen in coordinates common to both: map · z + offset.
struct CommonView {
  Matrix map = {};     // m x D; empty: the identity
  Vector offset = {};  // m; empty: 0
  Matrix of(ConstMatrixRef states) const;
};

struct AttractorMatchOptions {
  double near = 0.25;    // > 0, of the scale: places as near are the same
  double periods = 1.2;  // >= 1: cycles of the same period up to this factor are the same
  double extents = 1.5;  // >= 1: so with the extents of continuous attractors
};
std::vector<std::string> problems(const AttractorMatchOptions& options);

// One attractor of each.
struct MatchedAttractors {
  AttractorKind kind = AttractorKind::point;
  std::size_t a = 0, b = 0;  // as CoexistingAttractor::index
  double distance = 0;  // of the places, in scales: of points; of cycles and continua the mean distance of
                        // each one's points from the other. 0 for chaos
  double ratio = 1;     // b over a: of periods, of extents, of leading exponents; 1 for points
};

struct AttractorMatch {
  std::vector<MatchedAttractors> same;
  std::vector<CoexistingAttractor> onlyA, onlyB;  // by falling number of runs
  double scale = 0;                               // the larger of both, in common coordinates
  bool isSame() const { return onlyA.empty() && onlyB.empty(); }
};

// Compared are isolated stable points (place), stable cycles (period and place), continuous attractors (kind,
// dimension, extent and place; the points on them do not count), and chaos (whether there is any): whatever
// Attractors::coexisting lists of these kinds, or if no free runs were given what was found. Each object is
// paired with at most one, nearest pairs first. scale: of the states in common coordinates; <= 0: taken from
// both. Throws InputError for bad options or views of different size. Cost: products of the numbers of points
// of the curves.
AttractorMatch matchAttractors(const Attractors& a, const CommonView& viewA, const Attractors& b,
                               const CommonView& viewB, double scale = 0,
                               const AttractorMatchOptions& options = {});

}  // namespace keyhole
