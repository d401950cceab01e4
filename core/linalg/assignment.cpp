#include "core/linalg/assignment.h"

#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kNone = -1;

// Rows are added one by one; each along the cheapest alternating path to a free column, found as by Dijkstra
// on the reduced costs cost(i, j) - rowPrice(i) - columnPrice(j) >= 0, which are 0 on assigned pairs.
class Assignment {
 public:
  explicit Assignment(ConstMatrixRef cost)
      : m_cost(cost),
        m_rowPrice(Vector::Zero(cost.rows())),
        m_columnPrice(Vector::Zero(cost.rows())),
        m_rowOf(static_cast<std::size_t>(cost.rows()), kNone),
        m_previous(m_rowOf.size(), kNone) {}

  void addRow(Index row) {
    const Index n = m_cost.rows();
    m_distance = Vector::Constant(n, std::numeric_limits<double>::infinity());
    m_done.assign(m_rowOf.size(), false);
    std::vector<Index> scanned;  // columns in the order in which they were settled
    Index i = row, last = kNone;
    double reached = 0;
    while (true) {
      relax(i, last, reached);
      last = nearest();
      reached = m_distance(last);
      m_done[static_cast<std::size_t>(last)] = true;
      if (rowOf(last) == kNone) break;
      scanned.push_back(last);
      i = rowOf(last);
    }
    m_rowPrice(row) += reached;
    for (const Index j : scanned) {
      m_rowPrice(rowOf(j)) += reached - m_distance(j);
      m_columnPrice(j) -= reached - m_distance(j);
    }
    augment(row, last);
  }

  std::vector<Index> columns() const {
    std::vector<Index> columns(m_rowOf.size());
    for (std::size_t j = 0; j < m_rowOf.size(); ++j)
      columns[static_cast<std::size_t>(m_rowOf[j])] = static_cast<Index>(j);
    return columns;
  }

 private:
  Index rowOf(Index column) const { return m_rowOf[static_cast<std::size_t>(column)]; }

  void relax(Index i, Index from, double reached) {
    for (Index j = 0; j < m_cost.cols(); ++j) {
      if (m_done[static_cast<std::size_t>(j)]) continue;
      const double distance = reached + m_cost(i, j) - m_rowPrice(i) - m_columnPrice(j);
      if (!(distance < m_distance(j))) continue;
      m_distance(j) = distance;
      m_previous[static_cast<std::size_t>(j)] = from;
    }
  }

  Index nearest() const {
    Index best = kNone;
    for (Index j = 0; j < m_cost.cols(); ++j)
      if (!m_done[static_cast<std::size_t>(j)] && (best == kNone || m_distance(j) < m_distance(best)))
        best = j;
    return best;
  }

  // Every column of the path takes the row of the one before it, the first one the new row.
  void augment(Index row, Index column) {
    while (column != kNone) {
      const Index before = m_previous[static_cast<std::size_t>(column)];
      m_rowOf[static_cast<std::size_t>(column)] = before == kNone ? row : rowOf(before);
      column = before;
    }
  }

  ConstMatrixRef m_cost;
  Vector m_rowPrice, m_columnPrice, m_distance;
  std::vector<Index> m_rowOf;     // of each column, or none
  std::vector<Index> m_previous;  // column before this one on its path, none for the first
  std::vector<bool> m_done;
};

}  // namespace

std::vector<Index> leastCostAssignment(ConstMatrixRef cost) {
  if (cost.rows() != cost.cols()) throw std::runtime_error("the assignment's cost is not square");
  if (!cost.allFinite()) throw std::runtime_error("the assignment's cost is not finite");
  Assignment assignment(cost);
  for (Index i = 0; i < cost.rows(); ++i) assignment.addRow(i);
  return assignment.columns();
}

}  // namespace keyhole
