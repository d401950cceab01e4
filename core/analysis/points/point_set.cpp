#include "core/analysis/points/point_set.h"

#include <cmath>

namespace keyhole {

PointSet::PointSet(Index n, double distance) : m_distance(distance), m_direction(n) {
  // Irrational turns: no simple symmetry of the points leaves their projections equal.
  for (Index i = 0; i < n; ++i) {
    const double turn = 0.6180339887498949 * static_cast<double>(i + 1);
    m_direction(i) = 0.25 + turn - std::floor(turn);
  }
  m_direction.normalize();
}

Index PointSet::find(ConstVectorRef y) const {
  const double at = m_direction.dot(y);
  const auto end = m_byProjection.upper_bound(at + m_distance);
  for (auto it = m_byProjection.lower_bound(at - m_distance); it != end; ++it)
    if ((m_points[static_cast<std::size_t>(it->second)] - y).norm() <= m_distance) return it->second;
  return -1;
}

std::vector<Index> PointSet::within(ConstVectorRef y, double distance) const {
  std::vector<Index> near;
  const double at = m_direction.dot(y);
  const auto end = m_byProjection.upper_bound(at + distance);
  for (auto it = m_byProjection.lower_bound(at - distance); it != end; ++it)
    if ((m_points[static_cast<std::size_t>(it->second)] - y).norm() <= distance) near.push_back(it->second);
  return near;
}

Index PointSet::append(ConstVectorRef y) {
  const Index index = size();
  m_points.emplace_back(y);
  m_byProjection.emplace(m_direction.dot(y), index);
  return index;
}

PointSet::Added PointSet::add(ConstVectorRef y) {
  if (const Index known = find(y); known >= 0) return {known, false};
  return {append(y), true};
}

}  // namespace keyhole
