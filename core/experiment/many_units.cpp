#include "core/experiment/many_units.h"

#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <limits>

namespace keyhole {

bool hasManyUnits(const Network& network) {
  return network.size() > kMostUnits && std::holds_alternative<LowRankForm>(network.form());
}

bool hasManyUnits(const Settings& settings) {
  const auto& kinds = allTeacherKinds();
  return settings.integer("teacher.size") > kMostUnits &&
         std::any_of(kinds.begin(), kinds.end(), [&](TeacherKind kind) {
           return isLowRank(kind) && nameOf(kind) == settings.text("teacher.kind");
         });
}

Pca pcaOf(const LatentRun& run, Index wanted) {
  Pca basis = pca(run.coordinates, wanted);
  basis.components = (run.Q * basis.components).eval();
  basis.mean = run.mean;
  basis.totalVariance = run.totalVariance;
  basis.participationRatio = std::numeric_limits<double>::quiet_NaN();
  return basis;
}

LatentRecorder::LatentRecorder(const Network& network, Index steps)
    : m_M(std::get<LowRankForm>(network.form()).M) {
  m_run.coordinates.resize(m_M.cols() + 1, steps);
  m_run.mean = Vector::Zero(network.size());
}

void LatentRecorder::add(const StateBlock& block) {
  // Column 0 repeats the last column of the block before.
  const Index first = block.first + (block.first > 0 ? 1 : 0);
  const Index count = std::min(block.first + block.states.cols(), m_run.coordinates.cols()) - first;
  if (count > 0) addStates(block.states.middleCols(first - block.first, count), first);
}

void LatentRecorder::addStates(ConstMatrixRef states, Index first) {
  if (first == 0) {
    Matrix span(m_M.rows(), m_M.cols() + 1);
    span << m_M, states.col(0);
    m_run.Q = thinQr(span).Q;
  }
  m_run.coordinates.middleCols(first, states.cols()).noalias() = m_run.Q.transpose() * states;
  m_run.mean += states.rowwise().sum();
  m_squares += states.squaredNorm();
  const Index middle = m_run.coordinates.cols() / 2;
  if (first <= middle && middle < first + states.cols()) m_run.middle = states.col(middle - first);
  m_filled = first + states.cols();
}

LatentRun LatentRecorder::run() const {
  LatentRun run = m_run;
  const auto n = static_cast<double>(m_filled);
  run.coordinates.conservativeResize(Eigen::NoChange, m_filled);
  run.mean /= n;
  if (run.middle.size() == 0) run.middle = run.mean;
  run.totalVariance = std::max(m_squares - n * run.mean.squaredNorm(), 0.0) / std::max(n - 1, 1.0);
  return run;
}

}  // namespace keyhole
