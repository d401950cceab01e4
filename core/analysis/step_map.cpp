#include "core/analysis/step_map.h"

#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace keyhole {
namespace {

constexpr Index kMostExact = 1000;  // units up to which ‖B‖₂ is computed

FlowSystem insideSystem(const FlowSystem& system) {
  FlowSystem inside{system.network, system.phi, Convention::standard, system.drive, {}, {}};
  if (system.convention != Convention::leakyRate) return inside;
  Vector u = Vector::Zero(system.network.size());
  if (system.drive.size() > 0) u += system.network.applied(system.drive);
  if (system.inner.size() > 0) u += system.inner;
  inside.drive = u.norm() > 0 ? u : Vector();
  return inside;
}

// C ⊗ A.
Matrix kronecker(const Matrix& C, const Matrix& A) {
  Matrix product(C.rows() * A.rows(), C.cols() * A.cols());
  for (Index i = 0; i < C.rows(); ++i)
    for (Index j = 0; j < C.cols(); ++j)
      product.block(i * A.rows(), j * A.cols(), A.rows(), A.cols()) = C(i, j) * A;
  return product;
}

ComplexVector byModulus(ComplexVector values) {
  std::stable_sort(values.begin(), values.end(), [](auto a, auto b) { return std::abs(a) > std::abs(b); });
  return values;
}

}  // namespace

StepMap::StepMap(const FlowSystem& system, double alpha)
    : m_system(system), m_inside(insideSystem(system)), m_alpha(alpha) {}

Vector StepMap::weightsOfPast(Index period) const {
  Vector c(period);
  for (Index j = 0; j < period; ++j) c(j) = j == 0 ? m_alpha : c(j - 1) * (1 - m_alpha);
  return c / c.sum();
}

Matrix StepMap::statesOf(ConstMatrixRef turn) const {
  if (m_system.convention != Convention::leakyRate) return turn;
  const Index p = turn.cols();
  const Vector c = weightsOfPast(p);
  const Matrix rates = applied(Nonlinearity::tanh, turn);
  Matrix states = Matrix::Zero(turn.rows(), p);
  for (Index k = 0; k < p; ++k)
    for (Index j = 1; j <= p; ++j) states.col(k) += c(j - 1) * rates.col((k - j + p) % p);
  if (m_system.drive.size() > 0) states.colwise() += m_system.drive;
  return states;
}

FlowSystem StepMap::folded(Index period) const {
  const Vector c = weightsOfPast(period);
  Matrix C(period, period);
  for (Index k = 0; k < period; ++k)
    for (Index j = 1; j <= period; ++j) C(k, (k - j + period) % period) = c(j - 1);
  FlowSystem all = m_inside;
  if (const auto* factors = std::get_if<LowRankForm>(&m_inside.network.form()))
    all.network = Network(
        LowRankForm{kronecker(C, factors->M), kronecker(Matrix::Identity(period, period), factors->N)});
  else
    all.network = Network(DenseForm{kronecker(C, m_inside.network.dense())});
  if (m_inside.drive.size() > 0) all.drive = m_inside.drive.replicate(period, 1);
  return all;
}

ComplexVector StepMap::multipliersOf(ConstMatrixRef turn) const {
  const auto* factors = std::get_if<LowRankForm>(&m_inside.network.form());
  const Matrix B = factors ? Matrix() : m_inside.network.dense();
  const Index n = factors ? factors->M.cols() : turn.rows();
  Matrix product = Matrix::Identity(n, n);
  for (Index k = 0; k < turn.cols(); ++k) {
    const Vector slopes = 1 - turn.col(k).array().tanh().square();
    Matrix J = factors ? Matrix(factors->N.transpose() * slopes.asDiagonal() * factors->M)
                       : Matrix(B * slopes.asDiagonal());
    J *= m_alpha;
    J.diagonal().array() += 1 - m_alpha;
    product = J * product;
  }
  return byModulus(eigenvalues(product));
}

double StepMap::residualOf(ConstMatrixRef turn) const {
  const Matrix next = turn + m_alpha * flow(m_inside, turn);
  double largest = 0;
  for (Index k = 0; k < turn.cols(); ++k)
    largest = std::max(largest, (next.col(k) - turn.col((k + 1) % turn.cols())).norm());
  return largest;
}

double StepMap::weightsNeeded(Index period) const {
  return std::abs(std::polar(1.0, 2 * std::numbers::pi / static_cast<double>(period)) - 1.0 + m_alpha) /
         m_alpha;
}

bool StepMap::allows(Index period) const {
  const double needed = (1 - 1e-12) * weightsNeeded(period);
  const Network& network = m_inside.network;
  if (const auto* factors = std::get_if<LowRankForm>(&network.form())) {
    const Matrix core = thinQr(factors->M).R * thinQr(factors->N).R.transpose();
    return core.norm() >= needed && singularValues(core)(0) >= needed;
  }
  const Matrix B = network.dense();
  if (B.norm() < needed) return false;
  return B.rows() > kMostExact || leadingSingularValues(B, 1).values(0) >= needed;
}

}  // namespace keyhole
