#include "core/linalg/pca.h"

#include "core/linalg/eigen.h"

#include <algorithm>
#include <cassert>

namespace keyhole {
namespace {

void fixSigns(Matrix& components) {
  for (Index j = 0; j < components.cols(); ++j) {
    Index largest = 0;
    components.col(j).cwiseAbs().maxCoeff(&largest);
    if (components(largest, j) < 0) components.col(j) = -components.col(j);
  }
}

}  // namespace

Pca pca(ConstMatrixRef X, Index k) {
  assert(X.cols() >= 2);
  const Index n = X.rows();
  const Index kept = std::min(k, n);
  Pca result;
  result.mean = X.rowwise().mean();
  const Matrix centred = X.colwise() - result.mean;
  Matrix covariance = Matrix::Zero(n, n);
  covariance.selfadjointView<Eigen::Lower>().rankUpdate(centred, 1.0 / static_cast<double>(X.cols() - 1));
  covariance.triangularView<Eigen::StrictlyUpper>() = covariance.transpose();
  result.totalVariance = covariance.trace();
  const double squares = covariance.squaredNorm();
  result.participationRatio = squares > 0 ? result.totalVariance * result.totalVariance / squares : 0.0;
  const auto system = symmetricEigenSystem(covariance, kept);
  result.variances = system.values.cwiseMax(0.0);
  result.components = system.vectors;
  fixSigns(result.components);
  return result;
}

Matrix projectStates(const Pca& basis, ConstMatrixRef X) {
  return basis.components.transpose() * (X.colwise() - basis.mean);
}

Matrix projectDirections(const Pca& basis, ConstMatrixRef V) {
  return basis.components.transpose() * V;
}

}  // namespace keyhole
