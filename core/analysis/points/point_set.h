// Points that are kept apart by their distance, and found again.
#pragma once

#include "core/common/types.h"

#include <map>
#include <vector>

namespace keyhole {

// Points of one dimension n; those within `distance` of a known one are that one. A look-up costs O(n) per
// point whose projection on one fixed generic direction is as near.
class PointSet {
 public:
  PointSet(Index n, double distance);

  Index size() const { return static_cast<Index>(m_points.size()); }
  const Vector& operator[](Index i) const { return m_points[static_cast<std::size_t>(i)]; }

  Index find(ConstVectorRef y) const;  // -1: not known
  std::vector<Index> within(ConstVectorRef y, double distance) const;
  Index append(ConstVectorRef y);  // as a point of its own
  // Its index, and whether it is new.
  struct Added {
    Index index;
    bool isNew;
  };
  Added add(ConstVectorRef y);

 private:
  double m_distance;
  Vector m_direction;  // unit
  std::vector<Vector> m_points;
  std::multimap<double, Index> m_byProjection;
};

}  // namespace keyhole
