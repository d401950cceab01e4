#include "core/analysis/flow/flow_system.h"

namespace keyhole {
namespace {

Matrix recurrentPart(const FlowSystem& system, ConstMatrixRef states) {
  if (system.phi == Nonlinearity::linear) return system.network.applied(states);
  if (system.convention == Convention::standard) return system.network.applied(applied(system.phi, states));
  return applied(system.phi, argumentOfPhi(system, states));
}

}  // namespace

bool isAffine(const FlowSystem& system) {
  return system.phi == Nonlinearity::linear && !system.switching;
}

bool isOdd(const FlowSystem& system) {
  const auto none = [](const Vector& drive) { return drive.size() == 0 || drive.isZero(0); };
  return !system.switching && none(system.drive) && none(system.inner);
}

Matrix argumentOfPhi(const FlowSystem& system, ConstMatrixRef states) {
  if (system.convention == Convention::standard) return states;
  Matrix argument = system.network.applied(states);
  if (system.inner.size() > 0) argument.colwise() += system.inner;
  return argument;
}

std::vector<int> regionsOf(const FlowSystem& system, ConstMatrixRef states) {
  std::vector<int> regions(static_cast<std::size_t>(states.cols()), 0);
  if (!system.switching) return regions;
  const Switching& parts = *system.switching;
  Matrix scores = parts.logTransition.diagonal().replicate(1, states.cols());
  if (parts.W.rows() > 0) scores += parts.W * states;
  if (parts.w.size() > 0) scores.colwise() += parts.w;
  for (std::size_t i = 0; i < regions.size(); ++i) scores.col(static_cast<Index>(i)).maxCoeff(&regions[i]);
  return regions;
}

Matrix flow(const FlowSystem& system, ConstMatrixRef states) {
  if (!system.switching) {
    Matrix velocity = recurrentPart(system, states) - states;
    if (system.drive.size() > 0) velocity.colwise() += system.drive;
    return velocity;
  }
  const Switching& parts = *system.switching;
  const auto regions = regionsOf(system, states);
  Matrix velocity(states.rows(), states.cols());
  for (Index j = 0; j < states.cols(); ++j) {
    const auto k = static_cast<std::size_t>(regions[static_cast<std::size_t>(j)]);
    velocity.col(j) = parts.A[k] * states.col(j) + parts.b[k] - states.col(j);
  }
  return velocity;
}

FreeRun::FreeRun(const FlowSystem& system, double alpha)
    : m_system(system),
      m_alpha(alpha),
      m_stepper(system.network, system.phi, system.convention, alpha, system.inner) {}

void FreeRun::step(ConstMatrixRef now, MatrixRef next) {
  if (m_system.switching) {
    next = now + m_alpha * flow(m_system, now);
    return;
  }
  if (m_system.drive.size() == 0)
    m_drive.resize(now.rows(), 0);
  else if (m_drive.cols() != now.cols())
    m_drive = m_system.drive.replicate(1, now.cols());
  m_stepper.step(now, m_drive, next);
}

FlowSystem systemOf(const Student& student) {
  FlowSystem system{
      Network(DenseForm{student.A}), student.phi, student.convention, student.b, {}, student.inner};
  if (student.switching && student.switching->W.rows() > 0) system.switching = student.switching;
  return system;
}

}  // namespace keyhole
