#include "core/analysis/points/symmetries.h"

#include <cmath>
#include <numeric>

namespace keyhole {
namespace {

class SymmetryFinder {
 public:
  explicit SymmetryFinder(const FlowSystem& system)
      : m_units(system.network.size()), m_drive(orZeros(system.drive)), m_inner(orZeros(system.inner)) {}

  std::vector<Symmetry> ofAny() {
    if (isUndriven()) keep(identity(), Vector::Constant(m_units, -1));
    return std::move(m_found);
  }

  std::vector<Symmetry> ofDense(const Matrix& B) {
    m_B = &B;
    m_tolerance = 1e-12 * B.cwiseAbs().maxCoeff();
    if (isUndriven()) keep(identity(), Vector::Constant(m_units, -1));
    groupsOfUnits();
    exchanges();
    turns();
    return std::move(m_found);
  }

 private:
  std::vector<Index> identity() const {
    std::vector<Index> order(static_cast<std::size_t>(m_units));
    std::iota(order.begin(), order.end(), Index{0});
    return order;
  }

  void keep(std::vector<Index> order, Vector signs) {
    m_found.push_back({std::move(order), std::move(signs)});
  }

  Vector orZeros(const Vector& drive) const { return drive.size() > 0 ? drive : Vector::Zero(m_units); }

  bool isUndriven() const { return m_drive.isZero(0) && m_inner.isZero(0); }

  bool leavesAll(const std::vector<Index>& order) const {
    const auto differ = [](const Vector& drive, Index i, Index j) {
      return std::abs(drive(i) - drive(j)) > 1e-12 * drive.cwiseAbs().maxCoeff();
    };
    for (Index j = 0; j < m_units; ++j) {
      const Index from = order[static_cast<std::size_t>(j)];
      if (differ(m_drive, from, j) || differ(m_inner, from, j)) return false;
      for (Index i = 0; i < m_units; ++i)
        if (std::abs((*m_B)(order[static_cast<std::size_t>(i)], from) - (*m_B)(i, j)) > m_tolerance)
          return false;
    }
    return true;
  }

  // Connected components of the coupling: each has a mirror image of its own.
  void groupsOfUnits() {
    std::vector<Index> group(static_cast<std::size_t>(m_units), -1);
    Index groups = 0;
    for (Index first = 0; first < m_units; ++first) {
      if (group[static_cast<std::size_t>(first)] >= 0) continue;
      std::vector<Index> open{first};
      group[static_cast<std::size_t>(first)] = groups;
      while (!open.empty()) {
        const Index i = open.back();
        open.pop_back();
        for (Index j = 0; j < m_units; ++j) {
          if (group[static_cast<std::size_t>(j)] >= 0 || ((*m_B)(i, j) == 0 && (*m_B)(j, i) == 0)) continue;
          group[static_cast<std::size_t>(j)] = groups;
          open.push_back(j);
        }
      }
      ++groups;
    }
    if (groups < 2) return;
    for (Index g = 0; g < groups; ++g) {
      Vector signs = Vector::Ones(m_units);
      bool driven = false;
      for (Index i = 0; i < m_units; ++i) {
        if (group[static_cast<std::size_t>(i)] != g) continue;
        signs(i) = -1;
        driven = driven || m_drive(i) != 0 || m_inner(i) != 0;
      }
      if (!driven) keep(identity(), signs);
    }
  }

  // Neighbours of a kind: exchanging i with the next unit of its kind generates every exchange among them.
  void exchanges() {
    std::vector<bool> taken(static_cast<std::size_t>(m_units), false);
    for (Index i = 0; i < m_units; ++i) {
      if (taken[static_cast<std::size_t>(i)]) continue;
      Index last = i;
      for (Index j = i + 1; j < m_units; ++j) {
        if (!areAlike(last, j)) continue;
        std::vector<Index> order = identity();
        std::swap(order[static_cast<std::size_t>(last)], order[static_cast<std::size_t>(j)]);
        keep(std::move(order), Vector::Ones(m_units));
        taken[static_cast<std::size_t>(j)] = true;
        last = j;
      }
    }
  }

  bool areAlike(Index i, Index j) const {
    const Matrix& B = *m_B;
    const auto differ = [&](double x, double y) { return std::abs(x - y) > m_tolerance; };
    if (differ(B(i, i), B(j, j)) || differ(B(i, j), B(j, i)) || m_drive(i) != m_drive(j) ||
        m_inner(i) != m_inner(j))
      return false;
    for (Index k = 0; k < m_units; ++k)
      if (k != i && k != j && (differ(B(i, k), B(j, k)) || differ(B(k, i), B(k, j)))) return false;
    return true;
  }

  void turns() {
    if (m_units < 3) return;
    for (Index step = 1; step <= m_units / 2; ++step) {
      if (m_units % step != 0) continue;
      std::vector<Index> order = identity();
      for (Index& i : order) i = (i + step) % m_units;
      if (!leavesAll(order)) continue;
      keep(std::move(order), Vector::Ones(m_units));
      break;  // the others are its powers
    }
    std::vector<Index> order = identity();
    for (Index& i : order) i = (m_units - i) % m_units;
    if (leavesAll(order)) keep(std::move(order), Vector::Ones(m_units));
  }

  Index m_units;
  Vector m_drive, m_inner;  // v, and a inside of φ
  const Matrix* m_B = nullptr;
  double m_tolerance = 0;
  std::vector<Symmetry> m_found;
};

}  // namespace

Vector Symmetry::imageOf(ConstVectorRef z) const {
  Vector image(z.size());
  for (Index i = 0; i < z.size(); ++i) image(i) = signs(i) * z(order[static_cast<std::size_t>(i)]);
  return image;
}

std::vector<Symmetry> symmetriesOf(const FlowSystem& system) {
  if (system.switching) return {};
  SymmetryFinder finder(system);
  if (const auto* dense = std::get_if<DenseForm>(&system.network.form())) return finder.ofDense(dense->B);
  return finder.ofAny();
}

}  // namespace keyhole
