#include "core/analysis/cycles/moving_runs.h"

#include "core/analysis/flow/tangent.h"
#include "core/common/nan.h"
#include "core/common/parallel.h"
#include "core/common/quiet_progress.h"
#include "core/common/random.h"
#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace keyhole {
namespace {

constexpr double kLongestStep = 1.0 / 3;  // τ, of fifth order; shorter where deviations change in less
constexpr double kShortestStep = 0.002;   // τ
constexpr double kMovingDiverged = 1e8;
constexpr double kLeastAveraged = 20;  // τ
constexpr double kTransient = 20;      // τ

Matrix randomDirections(Index size, Index runs, Index count) {
  Matrix V = RandomStream(1, Stream::probe, 23).normalMatrix(size, runs * count);
  for (Index r = 0; r < runs; ++r) V.middleCols(r * count, count) = thinQr(V.middleCols(r * count, count)).Q;
  return V;
}

}  // namespace

MovingRuns::MovingRuns(const FlowSystem& system, ConstMatrixRef starts, Index count)
    : m_system(system),
      m_flow(smoothFlow(system)),
      m_count(std::min(count, starts.rows())),
      m_limit(kMovingDiverged * (1 + (starts.cols() > 0 ? starts.colwise().norm().maxCoeff() : 0.0))),
      m_states(starts),
      m_V(randomDirections(starts.rows(), starts.cols(), m_count)),
      m_log(static_cast<std::size_t>(starts.cols())) {
  const double rate = starts.cols() > 0 ? fastestRate(system, starts) : 1;
  m_isTooStiff = 1 / rate < kShortestStep;
  const double longest = std::clamp(1 / rate, kShortestStep, kLongestStep);
  m_step = 1 / std::ceil(1 / longest);  // a whole number of steps per τ
}

double MovingRuns::costPerTime() const {
  const auto units = static_cast<double>(m_states.rows()), runs = static_cast<double>(m_states.cols());
  double product = units * units;
  if (const auto* low = std::get_if<LowRankForm>(&m_system.network.form()))
    product = 2 * units * static_cast<double>(low->M.cols());
  constexpr double kTanh = 20, kStages = 6;
  return kStages / m_step * runs * (product * static_cast<double>(1 + m_count) + 2 * kTanh * units);
}

bool MovingRuns::advance(double time, Progress& progress) {
  const auto whole = static_cast<Index>(std::lround(time));
  QuietProgress quiet(progress);
  std::atomic<bool> all = true;
  inTwoHalves(m_states.cols(), [&, caller = std::this_thread::get_id()](Index first, Index count) {
    const bool calls = std::this_thread::get_id() == caller;
    if (!advanceSome(first, count, whole, calls ? progress : quiet)) all = false;
  });
  if (all) m_time += static_cast<double>(whole);
  return all;
}

bool MovingRuns::advanceSome(Index first, Index count, Index time, Progress& progress) {
  const auto perTau = static_cast<Index>(std::lround(1 / m_step));
  SmoothStepper stepper(m_flow);
  Matrix states = m_states.middleCols(first, count), V = m_V.middleCols(first * m_count, count * m_count);
  for (Index tau = 0; tau < time; ++tau) {
    for (Index i = 0; i < perTau; ++i) {
      if (progress.stopRequested()) return false;
      stepper.stepEach(m_step, states, V);
    }
    for (Index r = 0; r < count; ++r)
      orthonormalise(first + r, states.col(r), V.middleCols(r * m_count, m_count));
  }
  m_states.middleCols(first, count) = states;
  m_V.middleCols(first * m_count, count * m_count) = V;
  return true;
}

// Of a run that has left the finite range nothing more is asked than that it stays there.
void MovingRuns::orthonormalise(Index run, MatrixRef state, MatrixRef V) {
  if (!(state.norm() < m_limit) || !V.allFinite()) {
    state.setConstant(kNaN);
    return;
  }
  const QrFactors qr = thinQr(V);
  V = qr.Q;
  auto& log = m_log[static_cast<std::size_t>(run)];
  for (Index i = 0; i < m_count; ++i) log.push_back(std::log(std::abs(qr.R(i, i))));
}

void MovingRuns::keep(const std::vector<Index>& kept) {
  Matrix V(m_V.rows(), std::ssize(kept) * m_count);
  std::vector<std::vector<double>> log;
  Index at = 0;
  for (const Index r : kept) {
    V.middleCols(m_count * at++, m_count) = m_V.middleCols(r * m_count, m_count);
    log.push_back(std::move(m_log[static_cast<std::size_t>(r)]));
  }
  m_states = Matrix(m_states(Eigen::all, kept));
  m_V = std::move(V);
  m_log = std::move(log);
}

LyapunovSpectrum MovingRuns::exponents(Index run, const TimeWords& words) const {
  const auto& log = m_log[static_cast<std::size_t>(run)];
  const auto intervals = static_cast<Index>(log.size()) / m_count;
  const auto dropped = static_cast<Index>(std::min(
      0.5 * static_cast<double>(intervals), std::max(kTransient, 0.25 * static_cast<double>(intervals))));
  LyapunovSpectrum spectrum;
  if (static_cast<double>(intervals - dropped) < kLeastAveraged) return spectrum;
  const Eigen::Map<const Matrix> all(log.data(), m_count, intervals);
  return averagedExponents(all.rightCols(intervals - dropped), 1, 20, m_count == m_flow.size, words);
}

}  // namespace keyhole
