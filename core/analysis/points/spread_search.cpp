#include "core/analysis/points/spread_search.h"

#include "core/common/parallel.h"
#include "core/common/random.h"

#include <algorithm>
#include <cmath>
#include <thread>

namespace keyhole {
namespace {

constexpr Index kSpreadWave = 64;
constexpr Index kFewest = 1000;  // independent starts, if the work allows
constexpr int kRelaxSteps = 60;
constexpr double kRelaxStep = 0.25;  // τ

double workPerRelaxation(const FlowEquation& equation) {
  const auto n = static_cast<double>(equation.size()), K = static_cast<double>(equation.units());
  return kRelaxSteps * (2 * n * K + 10 * K);
}

}  // namespace

double workPerIteration(const FlowEquation& equation) {
  const auto n = static_cast<double>(equation.size()), K = static_cast<double>(equation.units());
  const double solve = n < 64 ? n * n * n : n * n * n / 8;  // from 64 on in single precision
  return solve + (equation.isLatent() ? n * n * K : 0) + 4 * n * K + 200;
}

SpreadSearch::SpreadSearch(const FlowEquation& equation, const Box& box, KnownRoots& known,
                           const SpreadSearchOptions& options, Progress& progress)
    : m_equation(equation), m_box(box), m_known(known), m_options(options), m_progress(progress) {}

void SpreadSearch::relax(VectorRef y) const {
  FlowEquation::Value value;
  for (int i = 0; i < kRelaxSteps; ++i) {
    m_equation.evaluate(y, value);
    y += kRelaxStep * value.f;
  }
}

std::vector<RootSearch> SpreadSearch::searched(const Matrix& starts, bool relaxAll) {
  RootSearchOptions options;
  options.iterations = m_options.iterations;
  options.tolerance = m_options.tolerance;
  options.longestStep = (m_box.high - m_box.low).norm();
  std::vector<RootSearch> ends(static_cast<std::size_t>(starts.cols()));
  const auto caller = std::this_thread::get_id();
  const auto stop = [&] {
    if (std::this_thread::get_id() == caller && !m_stopped) {
      m_progress.report(std::min(1.0, m_spent / m_options.work), "looking for missed points of rest");
      if (m_progress.stopRequested()) m_stopped = true;
    }
    return m_stopped.load();
  };
  parallelFor(ends.size(), [&](std::size_t i) {
    if (stop()) return;
    Vector y = starts.col(static_cast<Index>(i));
    if (relaxAll || i % 2 == 1) relax(y);
    ends[i] = searchRoot(m_equation, y, options, stop);
  });
  for (const RootSearch& end : ends)  // by what was done, not by the clock: the same on every machine
    m_spent += workPerIteration(m_equation) * (2 + end.iterations) + workPerRelaxation(m_equation);
  return ends;
}

bool SpreadSearch::isNoted(const RootSearch& end) {
  if (!end.isRoot) return false;
  if (!m_options.isLeftOut || !m_options.isLeftOut(end.y)) return true;
  ++m_leftOut;
  return false;
}

bool SpreadSearch::fromSaddles(ConstMatrixRef starts) {
  const Index before = m_known.size();
  for (Index first = 0; first < starts.cols() && mayGoOn(); first += kSpreadWave) {
    const Matrix wave = starts.middleCols(first, std::min(kSpreadWave, starts.cols() - first));
    for (const RootSearch& end : searched(wave, true))
      if (isNoted(end)) m_known.add(end);
  }
  return m_known.size() > before;
}

// Uniform in the box shrunk about its middle to one of four sizes.
Matrix SpreadSearch::drawn(Index count) const {
  const Index n = m_equation.size();
  const RandomStream random(m_options.seed, Stream::probe, 3);
  const Vector middle = m_box.middle(), half = 0.5 * (m_box.high - m_box.low);
  Matrix starts(n, count);
  std::vector<double> draws(static_cast<std::size_t>(n));
  for (Index j = 0; j < count; ++j) {
    random.uniforms(static_cast<std::uint64_t>(m_starts + j), draws);
    const double size = std::pow(0.5, static_cast<double>((j / 2) % 4));
    for (Index i = 0; i < n; ++i)
      starts(i, j) = middle(i) + size * half(i) * (2 * draws[static_cast<std::size_t>(i)] - 1);
  }
  return starts;
}

bool SpreadSearch::isSaturated() const {
  const MissingEstimate estimate = missingFrom(m_hits, m_starts);
  return estimate.once == 0 && m_starts >= std::max(kFewest, 20 * m_known.classes());
}

bool SpreadSearch::canTell() const {
  constexpr double kIterations = 15;
  return m_spent + static_cast<double>(kSpreadWave) * kIterations * workPerIteration(m_equation) <=
         m_options.work;
}

void SpreadSearch::fromEverywhere() {
  // The counts are of these starts alone: a root known before has none yet.
  while (mayGoOn() && !isSaturated()) {
    const auto ends = searched(drawn(kSpreadWave), false);
    if (m_stopped) return;
    for (const RootSearch& end : ends) {
      if (!isNoted(end)) continue;
      const auto which = static_cast<std::size_t>(m_known.classOf(m_known.add(end)));
      if (m_hits.size() <= which) m_hits.resize(which + 1, 0);
      ++m_hits[which];
    }
    m_starts += kSpreadWave;
  }
}

}  // namespace keyhole
