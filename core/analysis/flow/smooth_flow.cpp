#include "core/analysis/flow/smooth_flow.h"

namespace keyhole {
namespace {

// Row s: the weights of the earlier stages in stage s; the last row: those of the step itself.
constexpr double kWeights[7][6] = {
    {0, 0, 0, 0, 0, 0},
    {1.0 / 5, 0, 0, 0, 0, 0},
    {3.0 / 40, 9.0 / 40, 0, 0, 0, 0},
    {44.0 / 45, -56.0 / 15, 32.0 / 9, 0, 0, 0},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729, 0, 0},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656, 0},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}};

void addStages(Matrix& sum, const std::array<Matrix, 6>& stages, std::size_t row, double h) {
  const std::size_t count = std::min<std::size_t>(row, stages.size());
  for (std::size_t q = 0; q < count; ++q)
    if (kWeights[row][q] != 0) sum += (h * kWeights[row][q]) * stages[q];
}

}  // namespace

void SmoothStepper::step(double h, Matrix& states) {
  for (std::size_t s = 0; s < kStages; ++s) {
    m_state = states;
    addStages(m_state, m_velocity, s, h);
    m_velocity[s].resize(states.rows(), states.cols());
    m_flow.field(m_state, m_velocity[s]);
  }
  addStages(states, m_velocity, kStages, h);
}

template <class Tangent>
void SmoothStepper::stepBoth(double h, Matrix& states, Matrix& V, const Tangent& tangent) {
  for (std::size_t s = 0; s < kStages; ++s) {
    m_state = states;
    m_tangent = V;
    addStages(m_state, m_velocity, s, h);
    addStages(m_tangent, m_change, s, h);
    m_velocity[s].resize(states.rows(), states.cols());
    m_change[s].resize(V.rows(), V.cols());
    m_flow.field(m_state, m_velocity[s]);
    tangent(m_state, m_tangent, m_change[s]);
  }
  addStages(states, m_velocity, kStages, h);
  addStages(V, m_change, kStages, h);
}

void SmoothStepper::step(double h, Matrix& state, Matrix& V) {
  stepBoth(h, state, V,
           [this](const Matrix& z, const Matrix& W, Matrix& JW) { m_flow.tangent(z.col(0), W, JW); });
}

void SmoothStepper::stepEach(double h, Matrix& states, Matrix& V) {
  stepBoth(h, states, V, [this](const Matrix& z, const Matrix& W, Matrix& JW) { m_flow.tangents(z, W, JW); });
}

}  // namespace keyhole
