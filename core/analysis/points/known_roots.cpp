#include "core/analysis/points/known_roots.h"

#include "core/analysis/points/point_description.h"

namespace keyhole {

KnownRoots::KnownRoots(const FlowSystem& system, const FlowEquation& equation, double distance,
                       double tolerance, Index most)
    : m_system(system),
      m_equation(equation),
      m_symmetries(symmetriesOf(system)),
      m_set(equation.size(), distance),
      m_most(most),
      m_distance(distance),
      m_tolerance(tolerance) {}

RootSearch KnownRoots::polished(ConstVectorRef y) const {
  RootSearchOptions options;
  options.iterations = 20;
  options.tolerance = m_tolerance;
  options.longestStep = 10 * m_distance;
  return searchRoot(m_equation, y, options, [] { return false; });
}

Index KnownRoots::find(ConstVectorRef y) const {
  if (const Index near = m_set.find(y); near >= 0) return near;
  constexpr double kFlat = 1e4;  // distances
  for (const Index near : m_set.within(y, kFlat * m_distance))
    if (isOneRoot(m_equation, m_set[near], y, m_tolerance)) return near;
  return -1;
}

Index KnownRoots::add(const RootSearch& root) {
  if (const Index known = find(root.y); known >= 0) return known;
  const Index index = m_set.append(root.y);
  m_ends.push_back(root);
  m_classes.push_back(m_classCount++);
  addImages(index);
  return index;
}

Index KnownRoots::addFrom(ConstVectorRef y) {
  if (const Index known = find(y); known >= 0) return known;
  const RootSearch root = polished(y);
  return root.isRoot ? add(root) : -1;
}

void KnownRoots::addImages(Index first) {
  for (Index i = first; i < size(); ++i) {
    const Vector z = m_equation.stateOf(m_set[i]);
    for (const Symmetry& symmetry : m_symmetries) {
      if (size() >= m_most) return;
      const Matrix y = m_equation.coordinatesOf(symmetry.imageOf(z));
      if (find(y.col(0)) >= 0) continue;
      const RootSearch root = polished(y.col(0));
      if (!root.isRoot || find(root.y) >= 0) continue;
      m_set.append(root.y);
      m_ends.push_back(root);
      m_classes.push_back(m_classes[static_cast<std::size_t>(first)]);
    }
  }
}

}  // namespace keyhole
