#include "core/analysis/points/neighbour_search.h"

#include "core/analysis/points/deflated_search.h"
#include "core/analysis/points/gain_walk.h"
#include "core/analysis/points/spread_search.h"
#include "core/common/parallel.h"
#include "core/common/random.h"

#include <algorithm>
#include <thread>

namespace keyhole {
namespace {

constexpr std::size_t kWave = 32;
constexpr double kReach = 0.2;            // of the size: how far a known root repels
constexpr double kKicks[] = {0.02, 0.2};  // of the size: beside a root
constexpr Index kMostRepelling = 2000;
constexpr int kFewestSteps = 20;  // that a search needs to lead anywhere

}  // namespace

NeighbourSearch::NeighbourSearch(const FlowEquation& equation, KnownRoots& known,
                                 const NeighbourSearchOptions& options, Progress& progress)
    : m_equation(equation), m_known(known), m_options(options), m_progress(progress) {}

bool NeighbourSearch::stop() {
  if (m_stopped) return true;
  m_progress.report(std::min(1.0, m_spent / m_options.work), "following points of rest to others");
  if (m_progress.stopRequested()) m_stopped = true;
  return m_stopped;
}

bool NeighbourSearch::run() {
  const Index before = m_known.size();
  for (Index first = 0; first < m_known.size() && mayGoOn();) {
    const Index known = m_known.size();
    const std::vector<Departure> all = departures(first);
    for (std::size_t i = 0; i < all.size() && mayGoOn(); i += kWave)
      walkFrom({all.begin() + static_cast<std::ptrdiff_t>(i),
                all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), i + kWave))});
    if (mayGoOn()) deflateFrom(first);
    first = known;
  }
  return m_known.size() > before;
}

// Images of a root have the images of its neighbours: one of each class will do.
bool NeighbourSearch::isNewClass(Index root) const {
  return root == 0 || m_known.classOf(root) != m_known.classOf(root - 1);
}

std::vector<NeighbourSearch::Departure> NeighbourSearch::departures(Index firstRoot) const {
  std::vector<Departure> all;
  for (Index root = firstRoot; root < m_known.size(); ++root)
    if (isNewClass(root))
      for (const int direction : {-1, 1})
        if (!m_walked.contains({root, direction})) all.push_back({root, direction});
  return all;
}

void NeighbourSearch::note(ConstVectorRef y, Index& count, Index& which) {
  const Index before = m_known.size();
  if (m_options.isLeftOut && m_options.isLeftOut(y)) return;
  which = m_known.addFrom(y);
  count += m_known.size() > before;
}

// Steps that each of so many searches can take with the work that is left; with too few it is done.
int NeighbourSearch::stepsFor(std::size_t searches, double each, int most) {
  const double steps = (m_options.work - m_spent) / (each * static_cast<double>(searches));
  if (steps < kFewestSteps) m_spent = m_options.work;
  return static_cast<int>(std::min<double>(most, steps));
}

void NeighbourSearch::walkFrom(const std::vector<Departure>& wave) {
  GainWalkOptions options;
  options.size = m_options.size;
  options.steps = stepsFor(wave.size(), 2 * workPerIteration(m_equation), options.steps);
  if (options.steps < kFewestSteps) return;
  std::vector<GainWalk> walks(wave.size());
  const auto caller = std::this_thread::get_id();
  const auto stopped = [&] { return std::this_thread::get_id() == caller ? stop() : m_stopped.load(); };
  parallelFor(wave.size(), [&](std::size_t i) {
    if (!stopped())
      walks[i] = walkInGain(m_equation, m_known.end(wave[i].root).y, wave[i].direction, options, stopped);
  });
  for (std::size_t i = 0; i < wave.size(); ++i) {
    m_spent += workPerIteration(m_equation) * (1 + walks[i].factorisations);
    m_walked.insert({wave[i].root, wave[i].direction});
    if (walks[i].end.size() == 0) continue;
    Index which = -1;
    note(walks[i].end, m_byContinuation, which);
    // Back from there is where it came from.
    if (which >= 0) m_walked.insert({which, -walks[i].direction});
  }
}

void NeighbourSearch::deflateFrom(Index firstRoot) {
  const Index n = m_equation.size(), before = m_known.size();
  std::vector<Vector> roots;
  for (Index root = 0; root < std::min(before, kMostRepelling); ++root) roots.push_back(m_known.end(root).y);
  std::vector<Vector> starts;
  const RandomStream random(m_options.seed, Stream::probe, 4);
  for (Index root = firstRoot; root < before; ++root) {
    if (!isNewClass(root)) continue;
    const Matrix kicks = random.normalMatrix(n, 2, static_cast<std::uint64_t>(root * n));
    for (Index k = 0; k < 2; ++k)
      starts.push_back(m_known.end(root).y + kKicks[k] * m_options.size * kicks.col(k).normalized());
  }
  const double each =
      workPerIteration(m_equation) + static_cast<double>(n) * static_cast<double>(roots.size());
  const auto caller = std::this_thread::get_id();
  const auto stopped = [&] { return std::this_thread::get_id() == caller ? stop() : m_stopped.load(); };
  for (std::size_t first = 0; first < starts.size() && mayGoOn(); first += kWave) {
    std::vector<DeflatedSearch> ends(std::min(kWave, starts.size() - first));
    if (stepsFor(ends.size(), each, kFewestSteps) < kFewestSteps) return;
    parallelFor(ends.size(), [&](std::size_t i) {
      if (!stopped())
        ends[i] = searchDeflated(m_equation, starts[first + i], roots, kReach * m_options.size,
                                 m_options.size, stopped);
    });
    for (const DeflatedSearch& end : ends) {
      m_spent += each * (1 + end.iterations);
      Index which = -1;
      if (end.isNear) note(end.y, m_byDeflation, which);
    }
  }
}

}  // namespace keyhole
