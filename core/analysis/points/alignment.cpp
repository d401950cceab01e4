#include "core/analysis/points/alignment.h"

#include "core/linalg/eigen.h"
#include "core/linalg/subspace.h"

#include <algorithm>

namespace keyhole {
namespace {

constexpr Index kWide = 2000;  // units beyond which time points are thinned

}  // namespace

Alignment alignmentOf(ConstMatrixRef directions, ConstMatrixRef activity, Index subspace) {
  const Index stride = activity.rows() > kWide ? (activity.cols() + kWide - 1) / kWide : 1;
  const Index samples = (activity.cols() + stride - 1) / stride;
  Matrix X = activity(Eigen::all, Eigen::seqN(Index{0}, samples, stride));
  const Vector mean = X.rowwise().mean();
  X.colwise() -= mean;
  const Index k = std::min({std::max(subspace, directions.cols()), X.rows(), samples - 1});
  // Principal components through the smaller Gram matrix.
  const bool wide = X.rows() > samples;
  const auto system =
      wide ? symmetricEigenSystem(X.transpose() * X, k) : symmetricEigenSystem(X * X.transpose(), k);
  const Index real = (system.values.array() > 1e-14 * system.values(0)).count();
  Matrix components = system.vectors.leftCols(real);
  if (wide) components = (X * components).colwise().normalized();
  Alignment alignment;
  alignment.angle = principalAngles(directions, components).maxCoeff();
  alignment.varianceShare = (directions.transpose() * X).squaredNorm() / X.squaredNorm();
  alignment.largestShare = system.values.head(std::min(directions.cols(), real)).sum() / X.squaredNorm();
  return alignment;
}

}  // namespace keyhole
