#include "core/fitting/network/bptt_gradient.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr Index kColumns = 32;  // windows side by side: enough for a fast product, bounded memory

Index columnsOf(const std::vector<BpttWindow>& windows, std::size_t first) {
  Index columns = 0;
  const std::size_t end = std::min(first + static_cast<std::size_t>(kColumns), windows.size());
  for (std::size_t w = first; w < end; ++w) columns += windows[w].length;
  return columns;
}

}  // namespace

std::vector<BpttWindow> windowsOf(const std::vector<Trial>& trials, Index length) {
  std::vector<BpttWindow> windows;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const Index transitions = trials[k].activity.cols() - 1;
    for (Index first = 0; first < transitions; first += length)
      windows.push_back({k, first, std::min(length, transitions - first), -1});
  }
  std::stable_sort(windows.begin(), windows.end(),
                   [](const BpttWindow& a, const BpttWindow& b) { return a.length > b.length; });
  std::vector<std::vector<Index>> places(trials.size());  // of a trial's windows, in time order
  for (std::size_t k = 0; k < trials.size(); ++k)
    places[k].resize(static_cast<std::size_t>((trials[k].activity.cols() - 2) / length + 1));
  for (std::size_t w = 0; w < windows.size(); ++w)
    places[windows[w].trial][static_cast<std::size_t>(windows[w].first / length)] = static_cast<Index>(w);
  for (const auto& ofTrial : places)
    for (std::size_t i = 0; i + 1 < ofTrial.size(); ++i)
      windows[static_cast<std::size_t>(ofTrial[i])].next = ofTrial[i + 1];
  return windows;
}

double meanVariance(const std::vector<Trial>& trials) {
  double count = 0, squares = 0;
  Vector mean = Vector::Zero(trials.front().activity.rows());
  for (const auto& trial : trials) {
    mean += trial.activity.rowwise().sum();
    count += static_cast<double>(trial.activity.cols());
  }
  mean /= count;
  for (const auto& trial : trials) squares += (trial.activity.colwise() - mean).squaredNorm();
  return squares / (count * static_cast<double>(mean.size()));
}

BpttGradient::BpttGradient(const std::vector<Trial>& trials, const BpttOptions& options)
    : m_trials(trials),
      m_options(options),
      m_seen(trials.front().activity.rows()),
      m_size(m_seen + options.hidden),
      m_inputs(trials.front().input.rows()),
      m_windows(windowsOf(trials, options.window)) {
  const double samples = static_cast<double>(m_seen) * static_cast<double>(transitionsOf(trials));
  m_lossScale = 1 / (samples * options.alpha * options.alpha * meanVariance(trials));
  const Index windows = static_cast<Index>(m_windows.size());
  m_starts = Matrix::Zero(options.hidden, windows);
  m_ends = Matrix::Zero(options.hidden, windows);
  Index columns = 0;
  for (std::size_t w = 0; w < m_windows.size(); w += kColumns)
    columns = std::max(columns, columnsOf(m_windows, w));
  m_offsets.resize(static_cast<std::size_t>(m_windows.front().length) + 1);
  m_states.resize(m_size, columns);
  if (options.phi != Nonlinearity::linear) m_phis.resize(m_size, columns);
  m_drives.resize(m_inputs, columns);
  m_adjoint.resize(m_size, columns);
  m_keep = Vector::Constant(columns, 1 - options.forcing);
  m_next.resize(m_size, std::min(kColumns, windows));
  m_uniforms.resize(static_cast<std::size_t>(kColumns));
}

BpttGradient::Group BpttGradient::layOut(Index first) {
  const auto window = [&](Index w) -> const BpttWindow& { return m_windows[static_cast<std::size_t>(w)]; };
  const Index count = std::min(kColumns, static_cast<Index>(m_windows.size()) - first);
  const Group group{first, count, window(first).length};
  Index running = count;
  m_offsets[0] = 0;
  for (Index t = 0; t < group.steps; ++t) {
    while (window(first + running - 1).length <= t) --running;
    m_offsets[static_cast<std::size_t>(t) + 1] = m_offsets[static_cast<std::size_t>(t)] + running;
  }
  return group;
}

Index BpttGradient::active(Index t) const {
  const auto step = static_cast<std::size_t>(t);
  return m_offsets[step + 1] - m_offsets[step];
}

void BpttGradient::startWindows(const Group& group) {
  for (Index c = 0; c < group.count; ++c) {
    const BpttWindow& window = m_windows[static_cast<std::size_t>(group.first + c)];
    m_states.col(c).head(m_seen) = m_trials[window.trial].activity.col(window.first);
    m_states.col(c).tail(m_options.hidden) = m_starts.col(group.first + c);
  }
}

// m_next = (1-α) x̃ + α (A φ(x̃) + V u + b) of step t.
void BpttGradient::predict(const Group& group, const BpttParameters& at, Index t) {
  const Index offset = m_offsets[static_cast<std::size_t>(t)], count = active(t);
  const auto now = m_states.middleCols(offset, count);
  auto next = m_next.leftCols(count);
  if (m_options.phi == Nonlinearity::linear) {
    next.noalias() = at.A * now;
  } else {
    auto phis = m_phis.middleCols(offset, count);
    applyNonlinearity(m_options.phi, now.data(), phis.data(), now.size());
    next.noalias() = at.A * phis;
  }
  if (m_inputs > 0) {
    for (Index c = 0; c < count; ++c) {
      const BpttWindow& window = m_windows[static_cast<std::size_t>(group.first + c)];
      m_drives.col(offset + c) = m_trials[window.trial].input.col(window.first + t);
    }
    next.noalias() += at.V * m_drives.middleCols(offset, count);
  }
  next.colwise() += at.b;
  next = (1 - m_options.alpha) * now + m_options.alpha * next;
}

void BpttGradient::drawForcing(const Group& group, const RandomStream& draws, Index t) {
  if (m_options.forcingKind != ForcingKind::stochastic) return;
  const auto count = static_cast<std::size_t>(active(t));
  draws.uniforms(static_cast<std::uint64_t>(t), {m_uniforms.data(), count},
                 static_cast<std::uint64_t>(group.first));
  for (std::size_t c = 0; c < count; ++c)
    m_keep(m_offsets[static_cast<std::size_t>(t)] + static_cast<Index>(c)) =
        m_uniforms[c] < m_options.forcing ? 0.0 : 1.0;
}

// Squared error of m_next; its own part of the adjoint; the state that goes on.
double BpttGradient::compareAndForce(const Group& group, Index t) {
  const Index hidden = m_options.hidden;
  const Index offset = m_offsets[static_cast<std::size_t>(t)];
  const Index nextOffset = m_offsets[static_cast<std::size_t>(t) + 1];
  const Index count = active(t);
  double squares = 0;
  for (Index c = 0; c < count; ++c) {
    const BpttWindow& window = m_windows[static_cast<std::size_t>(group.first + c)];
    const auto next = m_next.col(c);
    const auto sample = m_trials[window.trial].activity.col(window.first + t + 1);
    auto adjoint = m_adjoint.col(offset + c);
    adjoint.head(m_seen) = next.head(m_seen) - sample;
    squares += adjoint.head(m_seen).squaredNorm();
    adjoint.head(m_seen) *= 2 * m_lossScale;
    adjoint.tail(hidden).setZero();
    if (t + 1 < window.length) {
      const double keep = m_keep(nextOffset + c);
      auto state = m_states.col(nextOffset + c);
      state.head(m_seen) = keep * next.head(m_seen) + (1 - keep) * sample;
      state.tail(hidden) = next.tail(hidden);
    } else {
      m_ends.col(group.first + c) = next.tail(hidden);
    }
  }
  return squares;
}

double BpttGradient::forward(const Group& group, const BpttParameters& at, const RandomStream& draws,
                             Pace& pace) {
  const double perColumn = 2.0 * static_cast<double>(m_size) * static_cast<double>(m_size + m_inputs + 8);
  double squares = 0;
  startWindows(group);
  for (Index t = 0; t < group.steps; ++t) {
    predict(group, at, t);
    if (t + 1 < group.steps) drawForcing(group, draws, t + 1);
    squares += compareAndForce(group, t);
    if (!std::isfinite(squares) || pace.stopAfter(perColumn * static_cast<double>(active(t)))) break;
  }
  return m_lossScale * squares;
}

// The adjoint of a step's end gets what flows back through the next step: with δ = ∂L/∂x of that step's end,
// ∂L/∂x̃ = (1-α) δ + α φ'(x̃) ∘ Aᵀδ, of which the seen units pass on the part of x that was kept.
void BpttGradient::backward(const Group& group, const BpttParameters& at, Pace& pace) {
  const double perColumn = 2.0 * static_cast<double>(m_size) * static_cast<double>(m_size + 8);
  const Index hidden = m_options.hidden;
  for (Index t = group.steps - 1; t > 0; --t) {
    const Index offset = m_offsets[static_cast<std::size_t>(t)], count = active(t);
    const auto adjoint = m_adjoint.middleCols(offset, count);
    auto back = m_next.leftCols(count);
    back.noalias() = at.A.transpose() * adjoint;
    if (m_options.phi != Nonlinearity::linear)
      back.array() *= 1 - m_phis.middleCols(offset, count).array().square();
    back = (1 - m_options.alpha) * adjoint + m_options.alpha * back;
    auto before = m_adjoint.middleCols(m_offsets[static_cast<std::size_t>(t) - 1], count);
    for (Index c = 0; c < count; ++c) {
      before.col(c).head(m_seen) += m_keep(offset + c) * back.col(c).head(m_seen);
      before.col(c).tail(hidden) += back.col(c).tail(hidden);
    }
    if (pace.stopAfter(perColumn * static_cast<double>(count))) return;
  }
}

void BpttGradient::sumGradient(const Group& group, BpttParameters& gradient, Pace& pace) const {
  const Index columns = m_offsets[static_cast<std::size_t>(group.steps)];
  const Matrix& phis = m_options.phi == Nonlinearity::linear ? m_states : m_phis;
  const double perColumn = 2.0 * static_cast<double>(m_size) * static_cast<double>(m_size + m_inputs + 1);
  const Index block =
      std::clamp(static_cast<Index>(2e7 / perColumn), Index{32}, Index{1024});  // a few milliseconds
  for (Index first = 0; first < columns; first += block) {
    const Index count = std::min(block, columns - first);
    const auto adjoint = m_adjoint.middleCols(first, count);
    gradient.A.noalias() += m_options.alpha * adjoint * phis.middleCols(first, count).transpose();
    if (m_inputs > 0)
      gradient.V.noalias() += m_options.alpha * adjoint * m_drives.middleCols(first, count).transpose();
    if (m_options.offset) gradient.b += m_options.alpha * adjoint.rowwise().sum();
    if (pace.stopAfter(perColumn * static_cast<double>(count))) return;
  }
}

std::optional<double> BpttGradient::evaluate(const BpttParameters& at, std::uint64_t draw,
                                             BpttParameters* gradient, Pace& pace) {
  const RandomStream draws(m_options.seed, Stream::fit, draw + 1);  // substream 0 is the start's
  double loss = m_options.weightDecay * at.A.squaredNorm();
  if (gradient) {
    gradient->A = 2 * m_options.weightDecay * at.A;
    gradient->V.setZero();
    gradient->b.setZero();
  }
  for (Index first = 0; first < static_cast<Index>(m_windows.size()); first += kColumns) {
    const Group group = layOut(first);
    loss += forward(group, at, draws, pace);
    if (pace.stopped()) return {};
    if (!std::isfinite(loss)) return std::numeric_limits<double>::infinity();
    if (!gradient) continue;
    backward(group, at, pace);
    if (!pace.stopped()) sumGradient(group, *gradient, pace);
    if (pace.stopped()) return {};
  }
  return loss;
}

void BpttGradient::carryHidden() {
  for (std::size_t w = 0; w < m_windows.size(); ++w)
    if (m_windows[w].next >= 0) m_starts.col(m_windows[w].next) = m_ends.col(static_cast<Index>(w));
}

}  // namespace keyhole
