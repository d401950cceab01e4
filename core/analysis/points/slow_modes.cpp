#include "core/analysis/points/slow_modes.h"

#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"
#include "core/linalg/subspace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace keyhole {
namespace {

constexpr double kDependent = 1e-5;  // eigenvectors that are so nearly parallel do not tell the subspace
constexpr double kNoDrift = 1e-9;    // per τ
constexpr double kNilpotent = 1e-6;

double farthestFromZero(const Matrix& R) {
  double farthest = 0;
  for (const auto& value : eigenvalues(R))
    if (std::abs(value.real()) > std::abs(farthest)) farthest = value.real();
  return farthest;
}

// Where eigenvectors do not span the subspace, as of a Jordan block. What grows fast would come first; slow
// manifolds are not followed beside it.
Matrix slowSchurBasis(const Matrix& J, Index count) {
  return leadingInvariantSubspace(J, count).basis.leftCols(count);
}

}  // namespace

SlowRanking rankedModes(const Linearisation& local, double persistentTau) {
  const double limit = 1 / persistentTau;
  SlowRanking ranking;
  ranking.fast = local.furtherZeros > 0 ? -1 : -std::numeric_limits<double>::infinity();
  if (local.furtherZeros > 0 && limit >= 1) ranking.count = local.furtherZeros;
  bool grows = false, turns = false;
  for (const auto& value : local.eigenvalues) {
    const double rate = value.real() - 1;
    if (std::abs(rate) <= limit) {
      ++ranking.count;
      turns = turns || std::abs(value.imag()) > limit;
      if (std::abs(rate) >= std::abs(ranking.slow)) ranking.slow = rate;
    } else {
      grows = grows || rate > 0;
      ranking.fast = std::max(ranking.fast, rate);
    }
  }
  if (ranking.count == 0) return ranking;
  ranking.kind = grows ? SlowModes::unstable : (turns ? SlowModes::turning : SlowModes::some);
  return ranking;
}

SlowRanking withoutFarthest(const Linearisation& local, const SlowRanking& ranking) {
  std::vector<double> rates;
  for (const auto& value : local.eigenvalues) rates.push_back(value.real() - 1);
  std::sort(rates.begin(), rates.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  SlowRanking fewer = ranking;
  fewer.fast = std::max(fewer.fast, rates[static_cast<std::size_t>(--fewer.count)]);
  fewer.slow = rates[static_cast<std::size_t>(fewer.count - 1)];
  return fewer;
}

Matrix slowBasis(const Matrix& J, Index count) {
  const EigenSystem system = eigenSystem(J);
  std::vector<Index> order(static_cast<std::size_t>(J.rows()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return std::abs(system.values(a).real()) < std::abs(system.values(b).real());
  });
  // Of a complex pair both parts of one vector; of double values whatever spans them.
  Matrix parts(J.rows(), 2 * count);
  for (Index i = 0; i < count; ++i) {
    parts.col(2 * i) = system.vectors.col(order[static_cast<std::size_t>(i)]).real();
    parts.col(2 * i + 1) = system.vectors.col(order[static_cast<std::size_t>(i)]).imag();
  }
  const Vector sizes = singularValues(parts);
  if (sizes(count - 1) < kDependent * sizes(0)) return slowSchurBasis(J, count);
  const Matrix basis = orthonormalBasis(parts);
  if (basis.cols() < count) return slowSchurBasis(J, count);
  return basis.leftCols(count);
}

SlowDirections slowDirections(const Matrix& J, const Matrix& U, double limit) {
  const Matrix R = U.transpose() * J * U;
  const Index k = R.rows();
  const SingularSystem svd = singularSystem(R);
  const Index fast = (svd.values.array() > limit).count();
  Matrix power = R;
  for (Index i = 1; i < k; ++i) power = R * power;
  const Vector ofPower = singularValues(power);
  // Of a normal R they are the powers of its own; of what is nilpotent 0.
  Index drifting = 0;
  for (Index i = 0; i < k; ++i)
    drifting += svd.values(i) > kNoDrift &&
                ofPower(i) <= kNilpotent * std::pow(svd.values(i), static_cast<double>(k));
  const Index kept = std::max<Index>(k - std::max(fast, drifting), 1);
  SlowDirections result;
  if (kept == k) {
    result.basis = U;
    result.slow = farthestFromZero(R);
    return result;
  }
  const Matrix within = svd.right.rightCols(kept);
  result.basis = U * within;
  result.slow = farthestFromZero(within.transpose() * R * within);
  return result;
}

}  // namespace keyhole
