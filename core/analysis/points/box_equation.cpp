#include "core/analysis/points/box_equation.h"

#include "core/linalg/orthogonal.h"

#include <cassert>

namespace keyhole {
namespace {

// offset + A x over a box.
Box product(const Matrix& A, const Matrix& absA, const Box& x, const Vector& offset) {
  const Vector middle = x.middle();
  const Vector radius = 0.5 * (1 + 1e-15) * (x.high - x.low) + 1e-15 * middle.cwiseAbs();
  const Vector centre = A * middle + offset;
  Vector reach = absA * radius;
  const Vector size = absA * middle.cwiseAbs() + reach + offset.cwiseAbs();
  for (Index i = 0; i < reach.size(); ++i) reach(i) += roundingOf(A.cols() + 2, size(i));
  return {centre - reach, centre + reach};
}

}  // namespace

Box BoxEquation::arguments(const Box& y) const {
  if (R.size() > 0) return product(R, absR, y, a);
  return y;
}

Box BoxEquation::images(const Box& t) const {
  return product(L, absL, t, c);
}

void BoxEquation::residual(const Vector& y, Vector& value, Vector& error) const {
  const Vector u = R.size() > 0 ? Vector(R * y + a) : y;
  Vector t(u.size());
  applyNonlinearity(Nonlinearity::tanh, u.data(), t.data(), u.size());
  Vector tError = 1e-15 * t.cwiseAbs();
  if (R.size() > 0) {
    const Vector size = absR * y.cwiseAbs() + a.cwiseAbs();
    for (Index k = 0; k < t.size(); ++k) tError(k) += roundingOf(R.cols() + 1, size(k));
  }
  value = L * t + c - y;
  const Vector size = absL * t.cwiseAbs() + c.cwiseAbs() + y.cwiseAbs();
  error = absL * tError;
  for (Index i = 0; i < error.size(); ++i) error(i) += roundingOf(L.cols() + 2, size(i));
}

Box BoxEquation::everything() const {
  Box box = images({Vector::Constant(units(), -1), Vector::Constant(units(), 1)});
  for (int round = 0; round < 100; ++round) {
    Box next = images(tanhRange(arguments(box)));
    next.low = next.low.cwiseMax(box.low);
    next.high = next.high.cwiseMin(box.high);
    const double before = (box.high - box.low).sum(), after = (next.high - next.low).sum();
    box = next;
    if (!(after < 0.99 * before)) break;
  }
  return box;
}

BoxEquation boxEquationOf(const FlowSystem& system) {
  assert(system.phi == Nonlinearity::tanh && !system.switching);
  const Index D = system.network.size();
  const bool standard = system.convention == Convention::standard;
  const Vector v = system.drive.size() > 0 ? system.drive : Vector::Zero(D);
  BoxEquation equation;
  const auto* factors = std::get_if<LowRankForm>(&system.network.form());
  if (factors && factors->M.cols() < D && system.inner.size() == 0) {
    const QrFactors qr = thinQr(standard ? factors->M : factors->N);
    equation.L = standard ? Matrix(qr.R * factors->N.transpose()) : Matrix(qr.Q.transpose());
    equation.R = standard ? qr.Q : Matrix(factors->M * qr.R.transpose());
    equation.a = standard ? v : Vector::Zero(D);
    equation.c = standard ? Vector::Zero(equation.L.rows()) : Vector(qr.Q.transpose() * v);
  } else {
    equation.L = system.network.dense();
    equation.a = Vector::Zero(D);
    equation.c = standard ? v : Vector(equation.L * v);
    if (system.inner.size() > 0) equation.c += system.inner;
  }
  equation.absL = equation.L.cwiseAbs();
  equation.absR = equation.R.cwiseAbs();
  return equation;
}

Vector stateOfRoot(const FlowSystem& system, const BoxEquation& equation, const Vector& y) {
  const bool standard = system.convention == Convention::standard;
  Vector z = equation.R.size() > 0 ? Vector(equation.R * y + equation.a) : y;
  if (standard) return z;
  applyNonlinearity(Nonlinearity::tanh, z.data(), z.data(), z.size());
  if (system.drive.size() > 0) z += system.drive;
  return z;
}

}  // namespace keyhole
