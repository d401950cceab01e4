#include "core/audit/reference/likeness.h"

#include "core/common/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr std::size_t kMostRows = 4000, kNeighbour = 5;

std::vector<double> allOf(const Statistics& statistics) {
  std::vector<double> all = statistics.values;
  all.insert(all.end(), statistics.apart.begin(), statistics.apart.end());
  return all;
}

double fifth(Vector squares) {
  const auto at = std::min<Index>(kNeighbour, squares.size()) - 1;
  std::nth_element(squares.begin(), squares.begin() + at, squares.end());
  return std::sqrt(squares(at));
}

}  // namespace

// Normal scores of a statistic over the table; beyond the table's range it goes on linearly in units of the
// distance between its 5 and 95 % quantiles.
class TableDistances::Scores {
 public:
  explicit Scores(std::vector<double> values) {
    std::erase_if(values, [](double v) { return !std::isfinite(v); });
    std::sort(values.begin(), values.end());
    m_sorted = std::move(values);
    if (m_sorted.size() >= 20)
      m_width = (m_sorted[m_sorted.size() * 19 / 20] - m_sorted[m_sorted.size() / 20]) / 3.29;
  }

  double of(double value) const {
    if (!std::isfinite(value) || m_sorted.size() < 20 || !(m_width > 0)) return 0;
    const auto n = static_cast<double>(m_sorted.size());
    const auto below = std::lower_bound(m_sorted.begin(), m_sorted.end(), value) - m_sorted.begin();
    const auto upTo = std::upper_bound(m_sorted.begin(), m_sorted.end(), value) - m_sorted.begin();
    const double place = (0.5 * static_cast<double>(below + upTo) + 0.5) / (n + 1);
    double score = inverseNormal(std::clamp(place, 0.5 / (n + 1), 1 - 0.5 / (n + 1)));
    if (value < m_sorted.front()) score -= (m_sorted.front() - value) / m_width;
    if (value > m_sorted.back()) score += (value - m_sorted.back()) / m_width;
    return score;
  }

 private:
  std::vector<double> m_sorted;
  double m_width = 0;
};

TableDistances::TableDistances(const std::vector<ReferenceRow>& rows, Progress& progress) {
  const std::size_t count = std::min(kMostRows, rows.size());
  if (count <= kNeighbour) return;
  std::vector<std::vector<double>> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(allOf(rows[i].statistics));
  m_table.resize(static_cast<Index>(all.front().size()), static_cast<Index>(count));
  for (std::size_t j = 0; j < all.front().size(); ++j) {
    std::vector<double> values;
    for (const auto& one : all) values.push_back(one[j]);
    m_scores.push_back(std::make_shared<const Scores>(values));
    for (std::size_t i = 0; i < count; ++i)
      m_table(static_cast<Index>(j), static_cast<Index>(i)) = m_scores.back()->of(values[i]);
  }
  m_distances.resize(count);
  parallelFor(count, [&](std::size_t i) {
    if (i % 64 == 0) progress.throwIfStopped();
    const auto at = static_cast<Index>(i);
    Vector squares = (m_table.colwise() - m_table.col(at)).colwise().squaredNorm().transpose();
    squares(at) = std::numeric_limits<double>::infinity();
    m_distances[i] = fifth(std::move(squares));
  });
}

Vector TableDistances::scoresOf(const Statistics& recording) const {
  const auto own = allOf(recording);
  Vector mine(m_table.rows());
  for (std::size_t j = 0; j < own.size(); ++j) mine(static_cast<Index>(j)) = m_scores[j]->of(own[j]);
  return mine;
}

Vector TableDistances::distancesTo(const Statistics& recording) const {
  if (m_distances.empty()) return {};
  return (m_table.colwise() - scoresOf(recording)).colwise().norm().transpose();
}

Likeness TableDistances::of(const Statistics& recording) const {
  Likeness likeness;
  if (m_distances.empty()) return likeness;
  const Vector mine = scoresOf(recording);
  Index far = 0;
  likeness.farthestScore = mine.cwiseAbs().maxCoeff(&far);
  const auto shown = static_cast<Index>(statisticNames().size());
  likeness.farthest = far < shown ? statisticNames()[static_cast<std::size_t>(far)]
                                  : apartNames()[static_cast<std::size_t>(far - shown)];
  likeness.distance = fifth((m_table.colwise() - mine).colwise().squaredNorm().transpose());
  const auto nearer =
      std::count_if(m_distances.begin(), m_distances.end(), [&](double d) { return d < likeness.distance; });
  likeness.quantile = static_cast<double>(nearer) / static_cast<double>(m_distances.size());
  return likeness;
}

}  // namespace keyhole
