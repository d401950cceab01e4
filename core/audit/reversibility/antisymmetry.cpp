#include "core/audit/reversibility/antisymmetry.h"

#include "core/common/parallel.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace keyhole {
namespace {

constexpr Index kLeading[] = {1, 2, 3, 5, 8};
constexpr Index kMostRows = 8;
constexpr Index kAlone = 2048;   // frequencies of a trial that are conjugated by themselves
constexpr Index kGroups = 2048;  // groups of the others

// The group of frequency j of J.
Index groupOf(Index j, Index J) {
  if (j < kAlone) return j;
  const Index size = (J - kAlone + kGroups - 1) / kGroups;
  return kAlone + (j - kAlone) / size;
}

Index groupsOf(Index J) {
  return J > 0 ? groupOf(J - 1, J) + 1 : 0;
}

double spectralNorm(ConstMatrixRef block) {
  if (block.rows() == 1) return block.norm();
  return std::sqrt(std::max(symmetricEigenSystem(block * block.transpose(), 1).values(0), 0.0));
}

// Random signs, one per group; the first column is of the recording itself.
Matrix signsOf(Index groups, Index flips, std::uint64_t seed) {
  Matrix signs(groups, flips + 1);
  signs.col(0).setOnes();
  std::vector<double> coins(static_cast<std::size_t>(groups));
  const RandomStream random(seed, Stream::resample);
  for (Index b = 1; b <= flips; ++b) {
    random.uniforms(static_cast<std::uint64_t>(b), coins);
    for (Index g = 0; g < groups; ++g) signs(g, b) = coins[static_cast<std::size_t>(g)] < 0.5 ? -1 : 1;
  }
  return signs;
}

}  // namespace

Antisymmetry::Antisymmetry(const std::vector<ComplexMatrix>& transforms, const Plan& plan)
    : m_rows(std::min(kMostRows, transforms.front().rows())),
      m_columns(transforms.front().rows()),
      m_groups(0),
      m_plan(plan) {
  double samples = 0;
  for (const auto& d : transforms) m_groups += groupsOf(d.cols());
  for (const Index T : plan.lengths) samples += static_cast<double>(T);
  m_terms.assign(plan.lags.size(), Matrix::Zero(m_rows * m_columns, m_groups));
  Index offset = 0;
  for (std::size_t k = 0; k < transforms.size(); ++k) {
    const ComplexMatrix& d = transforms[k];
    const double T = static_cast<double>(plan.lengths[k]);
    Matrix imaginary(m_rows, m_columns);
    for (Index j = 0; j < d.cols(); ++j) {
      imaginary = (d.col(j).head(m_rows) * d.col(j).adjoint()).imag();
      const Eigen::Map<const Vector> flat(imaginary.data(), imaginary.size());
      const double omega = 2 * std::numbers::pi * static_cast<double>(j + 1) / T;
      const Index group = offset + groupOf(j, d.cols());
      for (std::size_t l = 0; l < plan.lags.size(); ++l)
        m_terms[l].col(group) -=
            2 / (T * samples) * std::sin(omega * static_cast<double>(plan.lags[l])) * flat;
    }
    offset += groupsOf(d.cols());
  }
}

Matrix Antisymmetry::part(std::size_t lag) const {
  const Vector all = m_terms[lag].rowwise().sum();
  return Eigen::Map<const Matrix>(all.data(), m_rows, m_columns);
}

Antisymmetry::Test Antisymmetry::test(std::uint64_t seed, Progress* progress) const {
  const Matrix signs = signsOf(m_groups, m_plan.flips, seed);
  std::vector<Index> leading;
  for (const Index k : kLeading)
    if (k <= m_rows) leading.push_back(k);
  const auto lags = static_cast<Index>(m_plan.lags.size()), sizes = static_cast<Index>(leading.size());
  const Index draws = m_plan.flips + 1;
  Matrix norms(sizes * lags, draws), squares(lags, draws);
  const auto ofLag = [&](std::size_t l) {
    if (progress) progress->throwIfStopped();
    const Matrix parts = m_terms[l] * signs;
    for (Index b = 0; b < draws; ++b) {
      const Eigen::Map<const Matrix> part(parts.col(b).data(), m_rows, m_columns);
      squares(static_cast<Index>(l), b) = part.squaredNorm();
      for (Index s = 0; s < sizes; ++s)
        norms(static_cast<Index>(l) * sizes + s, b) =
            spectralNorm(part.topRows(leading[static_cast<std::size_t>(s)]));
    }
  };
  if (progress)
    parallelFor(m_plan.lags.size(), ofLag, [&] { progress->checkpoint(0, "arrow of time"); });
  else
    for (std::size_t l = 0; l < m_plan.lags.size(); ++l) ofLag(l);
  // Each norm in the null's own mean and deviation; the recording is one of the draws, so that the null's
  // exchangeability holds.
  const Vector mean = norms.rowwise().mean();
  const Vector deviation =
      ((norms.colwise() - mean).rowwise().squaredNorm() / static_cast<double>(draws - 1)).cwiseSqrt();
  const Matrix z = deviation.cwiseMax(1e-300).cwiseInverse().asDiagonal() * (norms.colwise() - mean);
  const Vector largest = z.colwise().maxCoeff().transpose();
  Test test;
  Index where = 0;
  test.statistic = z.col(0).maxCoeff(&where);
  test.lag = m_plan.lags[static_cast<std::size_t>(where / sizes)];
  test.leading = leading[static_cast<std::size_t>(where % sizes)];
  test.pValue = static_cast<double>((largest.array() >= largest(0)).count()) / static_cast<double>(draws);
  const Vector sums = squares.colwise().sum().transpose();
  test.antisymmetric = sums(0) - sums.tail(draws - 1).mean();
  return test;
}

double squaredCovariances(const Whitened& components, const Antisymmetry::Plan& plan) {
  double all = 0;
  const Index rows = std::min(kMostRows, components.variances.size());
  for (const Index lag : plan.lags) {
    Matrix C = Matrix::Zero(rows, components.variances.size());
    double samples = 0;
    for (const auto& Z : components.series) {
      samples += static_cast<double>(Z.cols());
      const Index n = Z.cols() - lag;
      if (n > 0) C.noalias() += Z.topRows(rows).rightCols(n) * Z.leftCols(n).transpose();
    }
    all += (C / samples).squaredNorm();
  }
  return all;
}

}  // namespace keyhole
