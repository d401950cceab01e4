#include "core/linalg/pca.h"

#include "core/linalg/eigen.h"
#include "core/linalg/signs.h"

#include <algorithm>
#include <cassert>
#include <optional>

namespace keyhole {
namespace {

// X̃ᵀX̃ of fewer samples than units has the covariance's eigenvalues, and X̃ turns its eigenvectors into those
// of the covariance. Empty where a component that is asked for has (almost) no variance: its direction would
// be rounding.
std::optional<SymmetricEigenSystem> fromSamples(const Matrix& centred, Index kept, double& squares) {
  constexpr double kSure = 1e-6;  // of the largest variance
  const Index T = centred.cols();
  Matrix gram = Matrix::Zero(T, T);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(centred.transpose(), 1.0 / static_cast<double>(T - 1));
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  squares = gram.squaredNorm();
  if (kept >= T) return {};
  auto system = symmetricEigenSystem(gram, kept);
  if (!(system.values(kept - 1) > kSure * system.values(0))) return {};
  Matrix components = centred * system.vectors;
  components.colwise().normalize();
  return SymmetricEigenSystem{std::move(system.values), std::move(components)};
}

SymmetricEigenSystem fromCovariance(const Matrix& centred, Index kept, double& squares) {
  const Index n = centred.rows();
  Matrix covariance = Matrix::Zero(n, n);
  covariance.selfadjointView<Eigen::Lower>().rankUpdate(centred,
                                                        1.0 / static_cast<double>(centred.cols() - 1));
  covariance.triangularView<Eigen::StrictlyUpper>() = covariance.transpose();
  squares = covariance.squaredNorm();
  return symmetricEigenSystem(covariance, kept);
}

}  // namespace

Pca pca(ConstMatrixRef X, Index k) {
  assert(X.cols() >= 2);
  const Index n = X.rows();
  const Index kept = std::min(k, n);
  Pca result;
  result.mean = X.rowwise().mean();
  const Matrix centred = X.colwise() - result.mean;
  result.totalVariance = centred.squaredNorm() / static_cast<double>(X.cols() - 1);
  double squares = 0;
  std::optional<SymmetricEigenSystem> system;
  if (X.cols() < n) system = fromSamples(centred, kept, squares);
  if (!system) system = fromCovariance(centred, kept, squares);
  result.participationRatio = squares > 0 ? result.totalVariance * result.totalVariance / squares : 0.0;
  result.variances = system->values.cwiseMax(0.0);
  result.components = system->vectors;
  fixSigns(result.components);
  return result;
}

Matrix projectStates(const Pca& basis, ConstMatrixRef X) {
  return basis.components.transpose() * (X.colwise() - basis.mean);
}

}  // namespace keyhole
