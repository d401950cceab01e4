#include "core/analysis/cycles/cycle_search.h"

#include "core/common/progress_part.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace keyhole {
namespace {

constexpr double kSamePeriod = 1e-4;
constexpr double kLonger = 3;  // each further attempt, and …
constexpr double kFiner = 4;   // … the first step of its shooting
constexpr Index kMostForStability = 100;

// Whether a run may come to rest at this point, be it slower than exponentially: a slow spiral towards a
// small cycle may also lead Newton into the unstable point within. Beyond kMostForStability coordinates it is
// believed.
bool attracts(const SmoothFlow& flow, ConstVectorRef point) {
  if (flow.size > kMostForStability) return true;
  Matrix J(flow.size, flow.size);
  flow.tangent(point, Matrix::Identity(flow.size, flow.size), J);
  constexpr double kMarginal = 1e-6;
  return eigenvalues(J)(0).real() < kMarginal;
}

double radiusOf(const Matrix& points) {
  const Vector mean = points.rowwise().mean();  // evaluated here, or it would be for every column
  return std::sqrt((points.colwise() - mean).colwise().squaredNorm().mean());
}

// Those that came back nearest first: they are on a cycle most likely.
std::vector<std::size_t> byDistance(const std::vector<Recurrence>& runs) {
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto distanceOf = [&](std::size_t k) {
    return runs[k].end == RunEnd::recurs ? runs[k].distance : std::numeric_limits<double>::infinity();
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return distanceOf(a) < distanceOf(b); });
  return order;
}

}  // namespace

bool CycleSearch::isKnown(ConstVectorRef state, double period, Index start) {
  for (auto& known : m_known) {
    if (std::abs(known.cycle.period / period - 1) > 10 * kSamePeriod) continue;
    if (distanceFromOrbit(state, known.points) > known.near) continue;
    known.cycle.starts.push_back(start);
    return true;
  }
  return false;
}

void CycleSearch::keep(LimitCycle cycle, Matrix points, Index start) {
  for (auto& known : m_known) {
    if (std::abs(known.cycle.period / cycle.period - 1) > kSamePeriod) continue;
    if (distanceFromOrbit(points, known.points) > known.near) continue;
    known.cycle.starts.push_back(start);
    return;
  }
  cycle.starts = {start};
  const double near = kSameOrbit * radiusOf(points) + sagittaOf(points);
  m_known.push_back({std::move(cycle), std::move(points), near});
  addMirrorImages();  // at once: other runs may end there
}

void CycleSearch::fail(CycleStatus status, Index start) {
  LimitCycle& failure = m_failures[status];
  failure.status = status;
  failure.starts.push_back(start);
}

// What became of a run; nothing if another attempt may help.
std::optional<CycleStatus> CycleSearch::follow(const CycleCoordinates& coordinates, const Recurrence& run,
                                               Index start, int attempt) {
  switch (run.end) {
    case RunEnd::rests:
      return CycleStatus::fixedPoint;
    case RunEnd::diverges:
      return CycleStatus::diverged;
    case RunEnd::stopped:
      return CycleStatus::stopped;
    case RunEnd::wanders:
      return {};
    case RunEnd::recurs:
      break;
  }
  if (isKnown(run.state, run.period, start)) return CycleStatus::found;
  if (attempt > 1 && run.isQuasiPeriodic) return CycleStatus::notConverged;
  LimitCycleOptions options = m_options;
  options.shooting.step /= std::pow(kFiner, attempt - 1);
  if (m_spent > m_options.work) return {};
  const ClosedOrbit rough =
      closeRoughly(coordinates.flow, run.state, run.period, options.shooting, m_progress);
  const auto n = static_cast<double>(coordinates.flow.size), turns = 1.0 + rough.iterations;
  m_spent += 6 * turns * static_cast<double>(rough.steps) * n * n * std::min(n + 2, 20.0);
  if (rough.status == ShootingStatus::stopped) return CycleStatus::stopped;
  if (rough.status == ShootingStatus::fixedPoint && attempt > 1 && attracts(coordinates.flow, rough.start))
    return CycleStatus::fixedPoint;
  if (rough.status != ShootingStatus::converged) return {};
  if (isKnown(rough.start, rough.period, start)) return CycleStatus::found;
  Matrix points;
  LimitCycle cycle =
      refineInCoordinates(m_system, coordinates, rough.start, rough.period, options, m_progress, &points);
  if (cycle.status == CycleStatus::stopped) return CycleStatus::stopped;
  if (cycle.status != CycleStatus::found) return {};
  // Next to a marginal point turns close to the tolerance however they shrink, on no cycle.
  constexpr double kShrunk = 0.01;
  if (cycle.stability == CycleStability::marginal && radiusOf(points) < kShrunk * run.extent)
    return CycleStatus::fixedPoint;
  keep(std::move(cycle), std::move(points), start);
  return CycleStatus::found;
}

void CycleSearch::searchSmooth(ConstMatrixRef starts) {
  const CycleCoordinates coordinates(m_system);
  Matrix states = coordinates.latent ? coordinates.latent->reduced(starts) : Matrix(starts);
  std::vector<Index> open(static_cast<std::size_t>(starts.cols()));
  for (std::size_t k = 0; k < open.size(); ++k) open[k] = static_cast<Index>(k);
  RecurrenceOptions runs = m_options.runs;
  for (int attempt = 1; attempt <= m_options.attempts && !open.empty(); ++attempt) {
    ProgressPart part(m_progress, (attempt - 1.0) / m_options.attempts,
                      static_cast<double>(attempt) / m_options.attempts);
    const auto found = recurrences(coordinates.flow, states, runs, part);
    std::vector<Index> left;
    Matrix next(states.rows(), states.cols());
    const bool isLast = attempt == m_options.attempts || m_spent > m_options.work;
    for (const std::size_t k : byDistance(found)) {
      const auto status =
          m_progress.stopRequested() ? CycleStatus::stopped : follow(coordinates, found[k], open[k], attempt);
      if (status) {
        if (*status != CycleStatus::found) fail(*status, open[k]);
      } else if (!isLast) {
        next.col(static_cast<Index>(left.size())) = found[k].last;
        left.push_back(open[k]);
      } else {
        fail(found[k].end == RunEnd::recurs ? CycleStatus::notConverged : CycleStatus::noRecurrence, open[k]);
      }
    }
    open = std::move(left);
    states = next.leftCols(static_cast<Index>(open.size()));
    runs.settle = std::max(runs.settle, runs.horizon) * kLonger;
    runs.horizon *= kLonger;
  }
}

void CycleSearch::searchSwitching(ConstMatrixRef starts) {
  for (Index k = 0; k < starts.cols(); ++k) {
    const auto runs = static_cast<double>(starts.cols());
    ProgressPart part(m_progress, static_cast<double>(k) / runs, static_cast<double>(k + 1) / runs);
    LimitCycle cycle = cycleByReturns(m_system, starts.col(k), m_options, part);
    if (cycle.status == CycleStatus::found) {
      Matrix points = cycle.points;
      keep(std::move(cycle), std::move(points), k);
    } else {
      fail(cycle.status, k);
    }
  }
}

// With every cycle of an odd system, z ↦ -z gives one.
void CycleSearch::addMirrorImages() {
  if (!isOdd(m_system)) return;
  const std::size_t found = m_known.size();
  for (std::size_t k = 0; k < found; ++k) {
    if (m_known[k].cycle.mirrorSymmetric) continue;
    const Matrix image = -m_known[k].points;
    const bool there = std::any_of(m_known.begin(), m_known.end(), [&](const Known& other) {
      return std::abs(other.cycle.period / m_known[k].cycle.period - 1) <= kSamePeriod &&
             distanceFromOrbit(image, other.points) <= other.near;
    });
    if (there) continue;
    Known mirrored{m_known[k].cycle, image, m_known[k].near};
    mirrored.cycle.points *= -1;
    mirrored.cycle.mean *= -1;
    mirrored.cycle.starts.clear();
    mirrored.cycle.message += " It is the mirror image of another one.";
    m_known.push_back(std::move(mirrored));
  }
}

std::vector<LimitCycle> CycleSearch::results() {
  std::vector<LimitCycle> found;
  for (auto& known : m_known) found.push_back(std::move(known.cycle));
  std::stable_sort(found.begin(), found.end(), [](const LimitCycle& a, const LimitCycle& b) {
    return a.starts.size() > b.starts.size();
  });
  for (auto& [status, failure] : m_failures) {
    failure.message = sentenceOf(failure);
    found.push_back(std::move(failure));
  }
  return found;
}

std::vector<LimitCycle> CycleSearch::run(ConstMatrixRef starts) {
  if (starts.cols() == 0) return {};
  if (isAffine(m_system)) {
    for (Index k = 0; k < starts.cols(); ++k) fail(CycleStatus::affine, k);
  } else if (m_system.switching) {
    searchSwitching(starts);
  } else {
    searchSmooth(starts);
  }
  return results();
}

bool isSameOrbit(const LimitCycle& a, const LimitCycle& b) {
  return std::abs(a.period / b.period - 1) <= kSamePeriod &&
         distanceFromOrbit(b.points, a.points) <= kSameOrbit * a.amplitude + sagittaOf(a.points);
}

}  // namespace keyhole
