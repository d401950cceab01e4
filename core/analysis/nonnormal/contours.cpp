#include "core/analysis/nonnormal/contours.h"

#include <array>
#include <cmath>

namespace keyhole {
namespace {

// Every line crosses an edge of the grid at most once, and leaves one cell where it enters the next. So each
// edge has at most one successor, and lines are chains of edges.
class Tracer {
 public:
  Tracer(const Vector& x, const Vector& y, ConstMatrixRef values, double level)
      : m_x(x), m_y(y), m_values(values), m_level(level), m_columns(x.size()), m_rows(y.size()) {
    const auto edges = static_cast<std::size_t>(2 * m_columns * m_rows);
    m_next.assign(edges, -1);
    m_hasPrevious.assign(edges, false);
  }

  std::vector<Polyline> run() {
    for (Index j = 0; j + 1 < m_rows; ++j)
      for (Index i = 0; i + 1 < m_columns; ++i) addCell(i, j);
    std::vector<Polyline> lines;
    for (const bool closed : {false, true})
      for (std::size_t e = 0; e < m_next.size(); ++e)
        if (m_next[e] >= 0 && (closed || !m_hasPrevious[e]))
          lines.push_back(trace(static_cast<Index>(e), closed));
    return lines;
  }

 private:
  bool above(Index i, Index j) const { return m_values(i, j) >= m_level; }
  Index horizontal(Index i, Index j) const { return 2 * (j * m_columns + i); }    // (i, j) to (i+1, j)
  Index vertical(Index i, Index j) const { return 2 * (j * m_columns + i) + 1; }  // (i, j) to (i, j+1)

  // Corners and edges counter-clockwise from the lower left. Going round the cell, a line comes in where the
  // values step down and goes out where they step up: so the higher corners lie to its left.
  void addCell(Index i, Index j) {
    const std::array<bool, 4> high{above(i, j), above(i + 1, j), above(i + 1, j + 1), above(i, j + 1)};
    const std::array<Index, 4> edges{horizontal(i, j), vertical(i + 1, j), horizontal(i, j + 1),
                                     vertical(i, j)};
    const auto corners = m_values.block(i, j, 2, 2);
    if (!corners.allFinite()) return;
    const bool saddle = high[0] == high[2] && high[1] == high[3] && high[0] != high[1];
    const bool joined = saddle && corners.mean() >= m_level;  // the high corners are one
    for (std::size_t k = 0; k < 4; ++k) {
      if (high[k] || !high[(k + 1) % 4]) continue;  // a line goes out here
      // Counter-clockwise from here the high corners begin with k + 1 and end at the first step down, where
      // it came in; but if a saddle's high corners are joined, it goes round the low corner k.
      std::size_t in = (k + 1) % 4;
      while (!high[in] || high[(in + 1) % 4]) in = (in + 1) % 4;
      if (joined) in = (k + 3) % 4;
      link(edges[in], edges[k]);
    }
  }

  void link(Index from, Index to) {
    m_next[static_cast<std::size_t>(from)] = to;
    m_hasPrevious[static_cast<std::size_t>(to)] = true;
  }

  Polyline trace(Index start, bool closed) {
    std::vector<Index> edges;
    for (Index e = start; e >= 0;) {
      edges.push_back(e);
      Index& next = m_next[static_cast<std::size_t>(e)];
      e = next;
      next = -1;
      if (closed && e == start) break;
    }
    Polyline line{Matrix(2, static_cast<Index>(edges.size())), closed};
    for (std::size_t k = 0; k < edges.size(); ++k) setCrossing(line.points, static_cast<Index>(k), edges[k]);
    return line;
  }

  void setCrossing(Matrix& points, Index k, Index edge) const {
    const Index i = (edge / 2) % m_columns, j = (edge / 2) / m_columns;
    const Index i2 = edge % 2 == 0 ? i + 1 : i, j2 = edge % 2 == 0 ? j : j + 1;
    const double a = m_values(i, j), b = m_values(i2, j2), t = (m_level - a) / (b - a);
    points(0, k) = m_x(i) + t * (m_x(i2) - m_x(i));
    points(1, k) = m_y(j) + t * (m_y(j2) - m_y(j));
  }

  const Vector& m_x;
  const Vector& m_y;
  ConstMatrixRef m_values;
  double m_level;
  Index m_columns, m_rows;
  std::vector<Index> m_next;  // of each edge, -1: none
  std::vector<bool> m_hasPrevious;
};

}  // namespace

std::vector<Polyline> contours(const Vector& x, const Vector& y, ConstMatrixRef values, double level) {
  return Tracer(x, y, values, level).run();
}

}  // namespace keyhole
