#include "core/analysis/points/slow_place.h"

#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"

#include <Eigen/LU>

#include <cmath>

namespace keyhole {
namespace {

// Of the same span, the orthonormal basis nearest to `before`, and what turns Q into it.
Matrix nearestTurn(const Matrix& Q, const Matrix& before) {
  if (Q.cols() == 1) return Matrix::Constant(1, 1, Q.col(0).dot(before.col(0)) < 0 ? -1 : 1);
  const SingularSystem svd = singularSystem(Q.transpose() * before);
  return svd.left * svd.right.transpose();
}

// X with J X = U M: basis and rates. False if not finite.
bool turnTo(const Matrix& solution, SlowPlace& place, double& turn) {
  const Index n = place.basis.rows(), k = place.basis.cols();
  if (!solution.allFinite()) return false;
  const QrFactors qr = thinQr(solution.topRows(n));
  if (!(qr.R.diagonal().cwiseAbs().minCoeff() > 0)) return false;
  const Matrix inverse = qr.R.triangularView<Eigen::Upper>().solve(Matrix::Identity(k, k));
  const Matrix W = nearestTurn(qr.Q, place.basis);
  const Matrix next = qr.Q * W;
  place.rates = next.transpose() * place.basis * solution.bottomRows(k) * inverse * W;
  turn = (next - place.basis).norm();
  place.basis = next;
  return place.rates.allFinite();
}

}  // namespace

bool isSlow(const SlowPlace& place, double rate) {
  if (place.rates.size() == 1) return std::abs(place.rates(0, 0)) <= rate;
  const ComplexVector values = eigenvalues(place.rates);
  return (values.real().array().abs() <= rate).all() && (values.imag().array().abs() <= rate).all();
}

bool correctPlace(const FlowEquation& equation, double scale, SlowPlace& place) {
  const Index n = place.y.size(), k = place.basis.cols();
  const Vector predicted = place.y;
  FlowEquation::Value value;
  Matrix bordered(n + k, n + k);
  Vector right(n + k);
  Matrix unit = Matrix::Zero(n + k, k);
  unit.bottomRows(k).setIdentity();
  double left = 0;
  for (int round = 0; round < 4; ++round) {
    equation.evaluate(place.y, value);
    bordered.topLeftCorner(n, n) = equation.jacobian(value);
    bordered.topRightCorner(n, k) = -place.basis;
    bordered.bottomLeftCorner(k, n) = place.basis.transpose();
    bordered.bottomRightCorner(k, k).setZero();
    const Eigen::PartialPivLU<Matrix> lu(bordered);
    for (int chord = 0; chord < 4; ++chord) {
      right.head(n) = -value.f;
      right.tail(k) = place.basis.transpose() * (predicted - place.y);
      const Vector move = lu.solve(right);
      if (!move.allFinite() || move.head(n).norm() > scale) return false;
      place.y += move.head(n);
      place.drift = move.tail(k);
      equation.evaluate(place.y, value);
      left = (value.f - place.basis * place.drift).norm();
      if (left <= 1e-12 * scale) break;
    }
    double turn = 0;
    const Matrix solution = lu.solve(unit);
    if (!turnTo(solution, place, turn)) return false;
    if (left <= 1e-10 * scale && turn < 1e-6) break;
    if (round == 3 && !(left <= 1e-8 * scale)) return false;
  }
  place.drift = place.basis.transpose() * value.f;
  return true;
}

}  // namespace keyhole
