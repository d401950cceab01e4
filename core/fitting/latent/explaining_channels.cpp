#include "core/fitting/latent/explaining_channels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace keyhole {
namespace {

constexpr std::size_t kSearches = 25;
constexpr int kSweeps = 20;
constexpr double kWork = 3e8;         // multiplications, a logarithm counted as ten: about a second
constexpr double kDependent = 1e-12;  // of a variance: a channel that the others explain so far adds nothing

class Exchange {
 public:
  Exchange(const Matrix& correlations, Index count, double floor, const Progress& progress)
      : m_correlations(correlations), m_count(count), m_floor(floor), m_progress(progress) {}

  bool hasWorked() const { return m_work > kWork; }

  // All channels, those first that leave least of the others: an order that knows nothing of how they are
  // listed.
  std::vector<Index> byCostAlone() const {
    std::vector<std::pair<double, Index>> order;
    for (Index j = 0; j < m_correlations.rows(); ++j)
      if (!(m_correlations(j, j) < kDependent)) order.emplace_back(costOf(m_correlations, j), j);
    std::sort(order.begin(), order.end());
    std::vector<Index> channels;
    for (const auto& [cost, j] : order) channels.push_back(j);
    return channels;
  }

  void searchFrom(Index first) {
    std::vector<Index> members = {first};
    while (std::ssize(members) < m_count) {
      const Index added = bestAddition(members).channel;
      if (added < 0) return;
      members.push_back(added);
    }
    double cost = std::numeric_limits<double>::infinity();
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const double before = cost;
      for (std::size_t i = 0; i < members.size(); ++i) {
        std::vector<Index> others = members;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
        const Addition best = bestAddition(others);
        if (best.channel < 0 || !(best.cost < cost)) continue;
        members[i] = best.channel;
        cost = best.cost;
      }
      if (!(cost < before) || hasWorked()) return;
    }
  }

  std::vector<std::vector<Index>> best(std::size_t most) const {
    std::vector<std::pair<double, std::vector<Index>>> order;
    for (const auto& [members, cost] : m_seen) order.emplace_back(cost, members);
    std::sort(order.begin(), order.end());
    std::vector<std::vector<Index>> chosen;
    for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
      chosen.push_back(std::move(order[i].second));
    return chosen;
  }

 private:
  struct Addition {
    Index channel = -1;
    double cost = std::numeric_limits<double>::infinity();
  };

  // Of all channels beside these, the one with which they cost least. All whole sets are noted.
  Addition bestAddition(const std::vector<Index>& members) {
    m_progress.throwIfStopped();
    const auto units = static_cast<double>(m_correlations.rows());
    m_work += units * units * static_cast<double>(members.size() + 10);
    const Matrix left = leftBy(members);
    Addition best;
    for (Index j = 0; j < left.rows(); ++j) {
      if (left(j, j) < kDependent || std::count(members.begin(), members.end(), j) > 0) continue;
      const double cost = costOf(left, j);
      if (std::ssize(members) + 1 == m_count) note(members, j, cost);
      if (cost < best.cost) best = {j, cost};
    }
    return best;
  }

  // With channel j beside those that left so much of the covariance.
  double costOf(const Matrix& left, Index j) const {
    double cost = 0;
    for (Index k = 0; k < left.rows(); ++k)
      cost += std::log(std::max(left(k, k) - left(k, j) * left(k, j) / left(j, j), m_floor));
    return cost;
  }

  // What these channels leave of the covariance of all.
  Matrix leftBy(const std::vector<Index>& members) const {
    Matrix left = m_correlations;
    for (const Index i : members) {
      const double variance = left(i, i);
      if (variance < kDependent) continue;
      const Vector column = left.col(i);
      left.noalias() -= column * column.transpose() / variance;
    }
    return left;
  }

  void note(std::vector<Index> members, Index added, double cost) {
    members.push_back(added);
    std::sort(members.begin(), members.end());
    m_seen[std::move(members)] = cost;
  }

  Matrix m_correlations;
  Index m_count;
  double m_floor;
  const Progress& m_progress;
  double m_work = 0;
  std::map<std::vector<Index>, double> m_seen;
};

}  // namespace

std::vector<std::vector<Index>> explainingChannels(const Matrix& covariance, Index count, double floor,
                                                   std::size_t most, const Progress& progress) {
  const Vector sizes = covariance.diagonal().cwiseMax(std::numeric_limits<double>::min()).cwiseSqrt();
  const auto scale = sizes.cwiseInverse().asDiagonal();
  Exchange exchange(scale * covariance * scale, count, floor, progress);
  const std::vector<Index> order = exchange.byCostAlone();
  for (std::size_t i = 0; i < std::min(order.size(), kSearches) && !exchange.hasWorked(); ++i)
    exchange.searchFrom(order[i]);
  std::vector<std::vector<Index>> chosen = exchange.best(most);
  std::vector<std::size_t> rank(static_cast<std::size_t>(covariance.rows()), order.size());
  for (std::size_t i = 0; i < order.size(); ++i) rank[static_cast<std::size_t>(order[i])] = i;
  for (auto& members : chosen)
    std::sort(members.begin(), members.end(), [&](Index a, Index b) {
      return rank[static_cast<std::size_t>(a)] < rank[static_cast<std::size_t>(b)];
    });
  return chosen;
}

}  // namespace keyhole
