#include "core/audit/experiments/push_response.h"

#include "core/common/nan.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kRidge = 1e-6;  // of a unit's variance, as in the statistics

Vector leadingReal(const Matrix& F) {
  const auto system = eigenSystem(F);
  Index lead = 0;
  for (Index i = 0; i < F.rows(); ++i)
    if (std::abs(system.values(i)) > std::abs(system.values(lead))) lead = i;
  Vector direction = system.vectors.col(lead).real();
  if (!(direction.norm() > 1e-8)) direction = system.vectors.col(lead).imag();
  return direction.normalized();
}

}  // namespace

SlowDirection slowDirectionOf(const std::vector<Trial>& trials) {
  const Vector mean = channelMeans(trials).values();
  SlowDirection made;
  made.scale = channelVariances(trials).cwiseMax(0.0).cwiseSqrt();
  const Vector inverse = made.scale.unaryExpr([](double s) { return s > 0 ? 1 / s : 0.0; });
  const Index N = mean.size();
  Matrix C0 = Matrix::Zero(N, N), C1 = C0;
  double samples = 0;
  for (const auto& trial : trials) {
    const Matrix Z = inverse.asDiagonal() * (trial.activity.colwise() - mean);
    const Index n = Z.cols() - 1;
    C0.noalias() += Z.leftCols(n) * Z.leftCols(n).transpose();
    C1.noalias() += Z.rightCols(n) * Z.leftCols(n).transpose();
    samples += static_cast<double>(n);
  }
  C0 /= samples;
  C1 /= samples;
  C0.diagonal().array() += kRidge;
  const Matrix F = C0.llt().solve(Matrix(C1.transpose())).transpose();
  made.left = leadingReal(Matrix(F.transpose()));
  made.right = leadingReal(F);
  return made;
}

std::vector<double> valuesOf(const PushResponse& response) {
  std::vector<double> values(response.slow.begin(), response.slow.end());
  values.insert(values.end(), response.own.begin(), response.own.end());
  values.insert(values.end(), {response.slowAdded, response.ownAdded});
  return values;
}

std::array<Index, PushResponse::kLags> pushLags(double claimedSteps) {
  std::array<Index, PushResponse::kLags> lags;
  Index least = 2;
  double factor = 0.25;
  for (auto& lag : lags) {
    lag = std::max(least, static_cast<Index>(std::lround(factor * claimedSteps)));
    least = lag + 1;
    factor *= 2;
  }
  return lags;
}

PushResponse pushResponse(const std::vector<Trial>& trials, const std::vector<TimedPush>& pushes,
                          const SlowDirection& direction,
                          const std::array<Index, PushResponse::kLags>& lags) {
  PushResponse made;
  made.lags = lags;
  const Vector inverse = direction.scale.unaryExpr([](double s) { return s > 0 ? 1 / s : 0.0; });
  double slowStart = 0, ownStart = 0, slowOne = 0, ownOne = 0;
  std::array<double, PushResponse::kLags> slow = {}, own = {};
  for (const auto& push : pushes) {
    const Matrix& X = trials[push.trial].activity;
    if (push.before() < 0 || push.at + lags.back() > X.cols() || !(push.push.norm() > 0)) continue;
    const Vector along = push.push.normalized();
    // A push against the slow direction counts with the sign that it has.
    const double sign = direction.left.dot(along) < 0 ? -1 : 1;
    const auto change = [&](Index sample) {
      return Vector(inverse.cwiseProduct(X.col(sample) - X.col(push.before())));
    };
    const auto number = static_cast<double>(push.earlier.size() + 1);
    const Vector first = change(push.at), one = change(push.before() + 1);
    slowStart += sign * direction.left.dot(first);
    ownStart += along.dot(first);
    slowOne += number * sign * direction.left.dot(one);
    ownOne += number * along.dot(one);
    for (std::size_t i = 0; i < lags.size(); ++i) {
      const Vector later = change(push.at + lags[i] - 1);
      slow[i] += sign * direction.left.dot(later);
      own[i] += along.dot(later);
    }
    ++made.pushes;
  }
  const auto share = [&](double part, double whole) {
    return made.pushes > 0 && whole != 0 ? part / whole : kNaN;
  };
  for (std::size_t i = 0; i < lags.size(); ++i) {
    made.slow[i] = share(slow[i], slowStart);
    made.own[i] = share(own[i], ownStart);
  }
  made.slowAdded = share(slowStart, slowOne);
  made.ownAdded = share(ownStart, ownOne);
  return made;
}

}  // namespace keyhole
