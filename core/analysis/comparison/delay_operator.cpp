#include "core/analysis/comparison/delay_operator.h"

#include "core/common/error.h"
#include "core/linalg/eigen.h"
#include "core/linalg/pca.h"

#include <Eigen/Cholesky>

#include <algorithm>

namespace keyhole {
namespace {

constexpr Index kMostUnits = 50;
constexpr double kSmallest = 1e-12;  // of a squared singular value, in the largest

// N delays x M: column m holds the samples m + (delays-1) s, …, m + s, m.
Matrix delayVectors(const Matrix& X, const DelayOptions& options) {
  const Index N = X.rows(), count = X.cols() - (options.delays - 1) * options.interval;
  Matrix H(N * options.delays, count);
  for (Index k = 0; k < options.delays; ++k)
    H.middleRows(k * N, N) = X.middleCols((options.delays - 1 - k) * options.interval, count);
  return H;
}

Matrix centred(const Matrix& X) {
  return X.colwise() - X.rowwise().mean();
}

Matrix fewEnough(ConstMatrixRef activity) {
  if (activity.rows() <= kMostUnits) return activity;
  return projectStates(pca(activity, kMostUnits), activity);
}

// The leading right singular vectors, r x M, scaled to mean square 1.
Matrix whitenedCoordinates(const Matrix& H, Index rank, double& kept) {
  Matrix gram = Matrix::Zero(H.rows(), H.rows());
  gram.selfadjointView<Eigen::Lower>().rankUpdate(H);
  const auto system = symmetricEigenSystem(gram, std::min(rank, H.rows()));
  const Index r = (system.values.array() > kSmallest * system.values(0)).count();
  kept = system.values.head(r).sum() / gram.trace();
  const Vector scales = (system.values.head(r) / static_cast<double>(H.cols())).cwiseSqrt().cwiseInverse();
  return scales.asDiagonal() * (system.vectors.leftCols(r).transpose() * H);
}

}  // namespace

std::vector<std::string> problems(const DelayOptions& options) {
  std::vector<std::string> found;
  const auto atLeastOne = [&found](const char* name, Index value) {
    if (value < 1)
      found.push_back(std::string(name) + " is " + std::to_string(value) + "; allowed: at least 1");
  };
  atLeastOne("the number of delays", options.delays);
  atLeastOne("the interval", options.interval);
  atLeastOne("the rank", options.rank);
  return found;
}

std::string nameOf(DelayStatus status) {
  switch (status) {
    case DelayStatus::fitted:
      return "fitted";
    case DelayStatus::constant:
      return "constant";
    case DelayStatus::tooShort:
      return "too short";
  }
  return "unknown";
}

DelayOperator delayOperator(ConstMatrixRef activity, const DelayOptions& options) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  if (!activity.allFinite())
    throw InputError("the activity has a sample that is not finite; allowed: finite numbers");
  DelayOperator result;
  const Index steps = activity.cols() - options.delays * options.interval;
  if (activity.rows() == 0 || steps < 2 * options.rank) {
    result.status = DelayStatus::tooShort;
    return result;
  }
  const double size = activity.cwiseAbs().maxCoeff();
  if (!(size > 0)) return result;
  const Matrix X = centred(fewEnough(activity / size));
  if (!(X.squaredNorm() > 1e-24 * static_cast<double>(X.size()))) return result;
  const Matrix Z = whitenedCoordinates(centred(delayVectors(X, options)), options.rank, result.kept);
  const Matrix before = centred(Z.leftCols(steps)), after = centred(Z.rightCols(steps));
  const Eigen::LDLT<Matrix> gram(before * before.transpose());
  const double total = after.squaredNorm();
  if (gram.info() != Eigen::Success || !(total > 0)) return result;
  const Matrix A = gram.solve(before * after.transpose()).transpose();
  if (!A.allFinite()) return result;
  result.A = A;
  result.r2 = 1 - (after - A * before).squaredNorm() / total;
  result.status = DelayStatus::fitted;
  return result;
}

DynamicalSimilarity dynamicalSimilarity(ConstMatrixRef first, ConstMatrixRef second,
                                        const DsaOptions& options, Progress& progress) {
  DynamicalSimilarity result;
  result.first = delayOperator(first, options.delay);
  result.second = delayOperator(second, options.delay);
  if (result.first.status != DelayStatus::fitted || result.second.status != DelayStatus::fitted)
    return result;
  result.match = matchVectorFields(result.first.A, result.second.A, options.match, progress);
  result.eigenvalueDistance = eigenvalueDistance(result.first.A, result.second.A);
  result.defined = result.match.status != MatchStatus::undefined;
  return result;
}

}  // namespace keyhole
