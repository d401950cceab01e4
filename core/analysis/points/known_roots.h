// The roots found so far, with their images under the network's symmetries: internals of complete_points.h.
#pragma once

#include "core/analysis/flow/root_search.h"
#include "core/analysis/points/point_set.h"
#include "core/analysis/points/symmetries.h"

#include <functional>

namespace keyhole {

class KnownRoots {
 public:
  // y is of FlowEquation(system); both must outlive it. distance: roots as near are one. most: beyond so many
  // no images are added any more.
  KnownRoots(const FlowSystem& system, const FlowEquation& equation, double distance, double tolerance,
             Index most);

  Index size() const { return m_set.size(); }
  const RootSearch& end(Index i) const { return m_ends[static_cast<std::size_t>(i)]; }
  // Roots that are images of each other are of one class.
  Index classOf(Index i) const { return m_classes[static_cast<std::size_t>(i)]; }
  Index classes() const { return m_classCount; }
  // The known root that is this one: as near as the distance, or flat all the way (isOneRoot). -1: none.
  Index find(ConstVectorRef y) const;

  bool isNear(ConstVectorRef y, double distance) const { return !m_set.within(y, distance).empty(); }

  // The root itself, new or known, and if it is new all its images that are roots. Its index.
  Index add(const RootSearch& root);
  // The root to which Newton's method leads from y, -1 if to none.
  Index addFrom(ConstVectorRef y);

 private:
  void addImages(Index first);
  RootSearch polished(ConstVectorRef y) const;

  const FlowSystem& m_system;
  const FlowEquation& m_equation;
  std::vector<Symmetry> m_symmetries;
  PointSet m_set;
  std::vector<RootSearch> m_ends;
  std::vector<Index> m_classes;
  Index m_classCount = 0, m_most;
  double m_distance, m_tolerance;
};

}  // namespace keyhole
