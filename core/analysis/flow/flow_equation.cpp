#include "core/analysis/flow/flow_equation.h"

#include "core/linalg/orthogonal.h"

#include <cassert>

namespace keyhole {
FlowEquation::FlowEquation(const FlowSystem& system)
    : m_convention(system.convention), m_drive(system.drive) {
  assert(system.phi == Nonlinearity::tanh && !system.switching);
  const bool standard = m_convention == Convention::standard;
  const auto* factors = std::get_if<LowRankForm>(&system.network.form());
  if (factors && factors->M.cols() < factors->M.rows() && system.inner.size() == 0) {
    m_isLatent = true;
    const QrFactors qr = thinQr(standard ? factors->M : factors->N);
    m_left = standard ? Matrix(factors->N * qr.R.transpose()) : qr.Q;
    m_right = standard ? qr.Q : Matrix(factors->M * qr.R.transpose());
    m_outer = Vector::Zero(m_right.cols());
    if (standard)
      m_inner = m_drive;
    else if (m_drive.size() > 0)
      m_outer = m_left.transpose() * m_drive;
    return;
  }
  (standard ? m_left : m_right) = system.network.dense();
  m_inner = system.inner;
  m_outer = m_drive.size() > 0 ? m_drive : Vector::Zero(system.network.size());
}

Matrix FlowEquation::coordinatesOf(ConstMatrixRef states) const {
  if (!m_isLatent) return states;
  if (m_convention == Convention::leakyRate) return m_left.transpose() * states;
  Matrix y = m_right.transpose() * states;
  if (m_drive.size() > 0) y.colwise() -= m_right.transpose() * m_drive;
  return y;
}

Vector FlowEquation::stateOf(ConstVectorRef y) const {
  if (!m_isLatent) return y;
  Vector z = m_right * y;
  if (m_convention == Convention::leakyRate)
    applyNonlinearity(Nonlinearity::tanh, z.data(), z.data(), z.size());
  if (m_drive.size() > 0) z += m_drive;
  return z;
}

void FlowEquation::evaluate(ConstVectorRef y, Value& value) const {
  if (m_right.size() > 0)
    value.rates.noalias() = m_right * y;
  else
    value.rates = y;
  if (m_inner.size() > 0) value.rates += m_inner;
  applyNonlinearity(Nonlinearity::tanh, value.rates.data(), value.rates.data(), value.rates.size());
  value.f = m_outer - y;
  if (m_isLatent)
    value.f.noalias() += m_left.transpose() * value.rates;
  else if (m_left.size() > 0)
    value.f.noalias() += m_left * value.rates;
  else
    value.f += value.rates;
}

Matrix FlowEquation::jacobian(const Value& value) const {
  const Vector slopes = 1 - value.rates.array().square();
  Matrix J;
  if (m_isLatent)
    J.noalias() = (slopes.asDiagonal() * m_left).transpose() * m_right;
  else if (m_left.size() > 0)
    J = m_left * slopes.asDiagonal();
  else
    J = slopes.asDiagonal() * m_right;
  J.diagonal().array() -= 1;
  return J;
}

Matrix FlowEquation::curvature(const Value& value) const {
  Vector back;  // Lᵀ f
  if (m_isLatent)
    back.noalias() = m_left * value.f;
  else if (m_left.size() > 0)
    back.noalias() = m_left.transpose() * value.f;
  else
    back = value.f;
  const auto rates = value.rates.array();
  const Vector weights = -2 * rates * (1 - rates.square()) * back.array();
  if (m_right.size() == 0) return weights.asDiagonal();
  return (weights.asDiagonal() * m_right).transpose() * m_right;
}

FlowEquation FlowEquation::thinned(Index count) const {
  assert(m_isLatent);
  const Index stride = std::max<Index>(1, units() / count);
  const Index kept = (units() + stride - 1) / stride;
  const auto every = Eigen::seqN(Index{0}, kept, stride);
  FlowEquation thin;
  thin.m_isLatent = true;
  thin.m_convention = m_convention;
  thin.m_left = m_left(every, Eigen::all) * (static_cast<double>(units()) / static_cast<double>(kept));
  thin.m_right = m_right(every, Eigen::all);
  if (m_inner.size() > 0) thin.m_inner = m_inner(every);
  thin.m_outer = m_outer;
  return thin;
}

}  // namespace keyhole
