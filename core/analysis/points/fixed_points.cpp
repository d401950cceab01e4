#include "core/analysis/points/fixed_points.h"

#include "core/analysis/flow/reach.h"
#include "core/analysis/points/fixed_points_affine.h"
#include "core/analysis/points/point_description.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/random.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

namespace keyhole {
namespace {

constexpr Index kWavesFrom = 64;      // unknowns from which an earlier end saves work
constexpr Index kThinnedFrom = 4096;  // units
constexpr Index kThinnedUnits = 2048;
constexpr Index kUnthinnedStarts = 16;

// Ends of searches that are one point, and how many.
struct Cluster {
  RootSearch end;  // the lowest
  Index starts = 0;
};

// In the order of the first start that ended there. Roots farther apart, up to a hundred times, are one too
// if f is flat between them.
std::vector<Cluster> merged(const FlowEquation& equation, std::vector<Cluster> ends, double distance,
                            double tolerance) {
  constexpr double kFlat = 100;
  const auto areOne = [&](const RootSearch& a, const RootSearch& b) {
    const double apart = (a.y - b.y).norm();
    if (apart <= distance) return true;
    return a.isRoot && apart <= kFlat * distance && isOneRoot(equation, a.y, b.y, tolerance);
  };
  std::vector<Cluster> clusters;
  std::vector<double> norms;
  for (Cluster& end : ends) {
    const double norm = end.end.y.norm();
    std::size_t k = 0;
    for (; k < clusters.size(); ++k)
      if (std::abs(norms[k] - norm) <= kFlat * distance && kindOf(clusters[k].end) == kindOf(end.end) &&
          areOne(clusters[k].end, end.end))
        break;
    if (k == clusters.size()) {
      clusters.push_back(std::move(end));
      norms.push_back(norm);
      continue;
    }
    clusters[k].starts += end.starts;
    if (end.end.value.f.norm() < clusters[k].end.value.f.norm()) clusters[k].end = std::move(end.end);
  }
  return clusters;
}

class Finder {
 public:
  Finder(const FlowSystem& system, const FixedPointOptions& options, Progress& progress)
      : m_system(system), m_options(options), m_progress(progress), m_equation(system) {}

  const FlowEquation& equation() const { return m_equation; }

  FixedPoints find(const Matrix& starts) {
    m_scale = std::sqrt(starts.squaredNorm() / static_cast<double>(std::max<Index>(1, starts.cols())));
    if (!(m_scale > 0)) m_scale = std::sqrt(static_cast<double>(m_equation.size()));
    m_total = static_cast<double>(starts.cols());
    const bool thin =
        m_equation.isLatent() && m_equation.units() > kThinnedFrom && starts.cols() > 2 * kUnthinnedStarts;
    std::vector<Cluster> clusters = thin ? searchedThinned(starts) : searched(m_equation, starts);
    return described(merged(m_equation, std::move(clusters), mergeDistance(), rootTolerance()));
  }

 private:
  // Large weights make large states, but no points of rest that are farther apart in what tanh is curved
  // over.
  double curved() const { return curvedSize(m_scale, m_equation.size()); }
  double mergeDistance() const { return m_options.mergeDistance * curved(); }
  double rootTolerance() const {
    return 0.5 * m_options.tolerance * std::sqrt(static_cast<double>(m_system.network.size()));
  }

  // Ends of all starts that were searched, merged, in waves if that saves work.
  std::vector<Cluster> searched(const FlowEquation& equation, const Matrix& starts) {
    std::vector<Cluster> clusters;
    const bool waves = equation.size() >= kWavesFrom;
    Index wave = waves ? 4 : starts.cols();
    for (Index first = 0; first < starts.cols() && !m_stopped; first += wave) {
      if (first > 0) wave = std::min(2 * wave, Index{64});
      const auto ends =
          wave < 1 ? std::vector<RootSearch>{}
                   : searchedWave(equation, starts.middleCols(first, std::min(wave, starts.cols() - first)),
                                  clusters);
      for (const RootSearch& end : ends)
        if (end.y.size() > 0) clusters.push_back({end, 1});
      clusters = merged(equation, std::move(clusters), mergeDistance(), rootTolerance());
    }
    return clusters;
  }

  // An end without y: the search did not begin before the stop.
  std::vector<RootSearch> searchedWave(const FlowEquation& equation, ConstMatrixRef starts,
                                       const std::vector<Cluster>& clusters) {
    std::vector<RootSearch> known;
    for (const Cluster& cluster : clusters)
      if (cluster.end.isRoot || cluster.end.isMinimum) known.push_back(cluster.end);
    RootSearchOptions options;
    options.iterations = m_options.iterations;
    options.tolerance = rootTolerance();
    options.longestStep = 4 * m_scale;
    options.joinDistance = 0.02 * curved();
    if (equation.size() >= kWavesFrom) options.known = &known;
    std::vector<RootSearch> ends(static_cast<std::size_t>(starts.cols()));
    const auto caller = std::this_thread::get_id();
    const auto stop = [&] {
      if (std::this_thread::get_id() == caller) look();
      return m_stopped.load();
    };
    parallelFor(ends.size(), [&](std::size_t i) {
      if (stop()) return;
      ends[i] = searchRoot(equation, starts.col(static_cast<Index>(i)), options, stop);
      ++m_done;
    });
    return ends;
  }

  // Reports and polls, on the calling thread.
  void look() {
    if (m_stopped) return;
    m_progress.report(std::min(0.9, 0.9 * static_cast<double>(m_done) / m_total), "searching points of rest");
    if (m_progress.stopRequested()) m_stopped = true;
  }

  // A few starts in the whole network, the others through fewer units.
  std::vector<Cluster> searchedThinned(const Matrix& starts) {
    std::vector<Cluster> clusters = searched(m_equation, starts.leftCols(kUnthinnedStarts));
    const std::vector<Cluster> coarse =
        searched(m_equation.thinned(kThinnedUnits), starts.rightCols(starts.cols() - kUnthinnedStarts));
    Matrix again(starts.rows(), static_cast<Index>(coarse.size()));
    for (std::size_t k = 0; k < coarse.size(); ++k) again.col(static_cast<Index>(k)) = coarse[k].end.y;
    const auto ends = searchedWave(m_equation, again, {});
    for (std::size_t k = 0; k < ends.size(); ++k)
      if (ends[k].y.size() > 0) clusters.push_back({ends[k], coarse[k].starts});
    return clusters;
  }

  FixedPoints described(std::vector<Cluster> clusters) {
    std::stable_sort(clusters.begin(), clusters.end(), [](const Cluster& a, const Cluster& b) {
      return kindOf(a.end) != kindOf(b.end) ? kindOf(a.end) < kindOf(b.end) : a.starts > b.starts;
    });
    FixedPoints found;
    for (const Cluster& cluster : clusters) found.searchedStarts += cluster.starts;
    const auto kept = static_cast<std::size_t>(m_options.maxPoints);
    if (clusters.size() > kept) {
      found.omittedPoints = static_cast<Index>(clusters.size() - kept);
      clusters.resize(kept);
    }
    for (const Cluster& cluster : clusters)
      found.points.push_back(describedPoint(m_system, m_equation, cluster.end, cluster.starts, m_options));
    std::stable_sort(found.points.begin(), found.points.end(),
                     [](const FixedPoint& a, const FixedPoint& b) { return a.kind < b.kind; });
    const bool all = std::none_of(found.points.begin(), found.points.end(), [](const FixedPoint& point) {
      return point.kind == PointKind::notConverged;
    });
    found.status =
        m_stopped ? FixedPointStatus::stopped : (all ? FixedPointStatus::searched : FixedPointStatus::partly);
    return found;
  }

  const FlowSystem& m_system;
  const FixedPointOptions& m_options;
  Progress& m_progress;
  FlowEquation m_equation;
  double m_scale = 1, m_total = 1;
  std::atomic<bool> m_stopped = false;
  std::atomic<Index> m_done = 0;
};

void describeSearch(FixedPoints& found) {
  Index points[3] = {0, 0, 0}, lost = 0;
  for (const FixedPoint& point : found.points) {
    ++points[static_cast<int>(point.kind)];
    if (point.kind == PointKind::notConverged) lost += point.starts;
  }
  found.message = counted(points[0], "fixed point") + " and " + counted(points[1], "slow point") + " from " +
                  counted(found.searchedStarts, "start");
  if (lost > 0) found.message += ", of which " + std::to_string(lost) + " did not converge";
  if (found.omittedPoints > 0)
    found.message += ", " + std::to_string(found.omittedPoints) + " points left out";
  if (found.status == FixedPointStatus::stopped) found.message += " until stopped";
}

void linearise(FixedPoints& found, const FlowSystem& system, const FixedPointOptions& options,
               Progress& progress) {
  if (!linearisePoints(found, system, options, options.maxLinearised, progress)) {
    found.status = FixedPointStatus::stopped;
    found.message += "; stopped before all of their eigenvalues were known";
  }
  countPoints(found);
  if (found.census.message.empty())
    found.census.message =
        "at least " + counted(found.census.fixed, "fixed point") + ": no more were looked for";
}

void require(const FlowSystem& system, ConstMatrixRef starts, Index rows, const FixedPointOptions& options) {
  if (const auto wrong = problems(options); !wrong.empty()) throw InputError(wrong.front());
  const bool needed = !isAffine(system) && !system.switching;
  if (needed && starts.cols() < 1)
    throw InputError("there are 0 starts for the search of fixed points; needed: at least 1");
  if (starts.cols() > 0 && starts.rows() != rows)
    throw InputError("the starts have " + std::to_string(starts.rows()) +
                     " rows; needed: " + std::to_string(rows));
  if (!starts.allFinite()) throw InputError("the starts hold numbers that are not finite");
}

}  // namespace

std::string nameOf(PointKind kind) {
  switch (kind) {
    case PointKind::fixed:
      return "fixed";
    case PointKind::slow:
      return "slow";
    case PointKind::notConverged:
      break;
  }
  return "not converged";
}

std::string nameOf(Completeness completeness) {
  switch (completeness) {
    case Completeness::certified:
      return "certified";
    case Completeness::certifiedApart:
      return "certified apart from small places";
    case Completeness::estimated:
      return "estimated";
    case Completeness::stopped:
      return "stopped";
    case Completeness::notSought:
      break;
  }
  return "not sought";
}

std::string PointCensus::shortText() const {
  const std::string text = counted(fixed, "point") + " of rest, " + std::to_string(stable) + " stable";
  switch (completeness) {
    case Completeness::certified:
      return text + ": all";
    case Completeness::certifiedApart:
      return text + ": all but in " + counted(openPlaces.cols(), "small place");
    case Completeness::estimated:
      if (std::isnan(missing)) return "at least " + text + "; how many more is not known";
      return "at least " + text +
             (missing < 0.5 ? "; none seems to be missing" : "; about " + twoDigits(missing) + " more");
    case Completeness::stopped:
      return "at least " + text + "; stopped";
    case Completeness::notSought:
      break;
  }
  return "at least " + text;
}

std::vector<std::string> problems(const FixedPointOptions& options) {
  std::vector<std::string> found;
  const auto check = [&](bool good, const std::string& name, double value, const std::string& allowed) {
    if (!good) found.push_back(name + " is " + toText(value) + "; allowed: " + allowed);
  };
  check(options.iterations >= 1, "iterations", options.iterations, "a number from 1");
  check(options.tolerance > 0 && options.tolerance < 1, "tolerance", options.tolerance, "a number in (0, 1)");
  check(options.slowSpeed >= 0, "slow speed", options.slowSpeed, "a number from 0");
  check(options.mergeDistance >= 0, "merge distance", options.mergeDistance, "a number from 0");
  check(options.marginalBand >= 0, "marginal band", options.marginalBand, "a number from 0");
  check(options.maxPoints >= 1, "max points", static_cast<double>(options.maxPoints), "a number from 1");
  check(options.maxLinearised >= 0, "max linearised", static_cast<double>(options.maxLinearised),
        "a number from 0");
  check(options.maxModes >= 0, "max modes", static_cast<double>(options.maxModes), "a number from 0");
  return found;
}

FixedPointOptions reachable(const FixedPointOptions& options, const FlowSystem& system) {
  FixedPointOptions possible = options;
  const double root = std::sqrt(static_cast<double>(std::max<Index>(1, system.network.size())));
  possible.tolerance = std::max(options.tolerance, roundingOfFlow(system) / root);
  return possible;
}

Matrix fixedPointStarts(ConstMatrixRef activity, Index count, double spread, std::uint64_t seed) {
  if (activity.cols() < 1 || count < 1)
    throw InputError("starts need an activity of at least 1 time point and a count of at least 1");
  const Index D = activity.rows();
  // Substreams apart from that of limitSets.
  const RandomStream random(seed, Stream::probe, 1);
  const double deviation = std::sqrt((activity.colwise() - activity.rowwise().mean()).squaredNorm() /
                                     static_cast<double>(std::max<Index>(1, activity.size())));
  std::vector<double> draws(static_cast<std::size_t>(count));
  random.uniforms(0, draws);
  Matrix starts = spread * deviation * RandomStream(seed, Stream::probe, 2).normalMatrix(D, count);
  starts.col(0).setZero();
  for (Index j = 1; j < count; ++j) {
    const double place = draws[static_cast<std::size_t>(j)] * static_cast<double>(activity.cols());
    starts.col(j) += activity.col(std::min(static_cast<Index>(place), activity.cols() - 1));
  }
  return starts;
}

FixedPoints findFixedPoints(const FlowSystem& system, ConstMatrixRef starts, const FixedPointOptions& options,
                            Progress& progress) {
  const Index D = system.switching ? system.switching->A.front().rows() : system.network.size();
  require(system, starts, D, options);
  FixedPoints found;
  if (system.switching) {
    found = switchingFixedPoints(system);
  } else if (isAffine(system)) {
    found = affineFixedPoints(system);
  } else {
    const FixedPointOptions possible = reachable(options, system);
    Finder finder(system, possible, progress);
    found = finder.find(finder.equation().coordinatesOf(starts));
    describeSearch(found);
  }
  linearise(found, system, options, progress);
  return found;
}

Matrix latentStarts(const FlowSystem& system, ConstMatrixRef states) {
  return FlowEquation(system).coordinatesOf(states);
}

FixedPoints findFixedPointsFromLatents(const FlowSystem& system, ConstMatrixRef starts,
                                       const FixedPointOptions& options, Progress& progress) {
  const auto* factors = std::get_if<LowRankForm>(&system.network.form());
  if (isAffine(system) || system.switching || !factors || factors->M.cols() >= factors->M.rows())
    throw InputError("latent starts are for tanh networks of a rank below their size");
  require(system, starts, factors->M.cols(), options);
  const FixedPointOptions possible = reachable(options, system);
  Finder finder(system, possible, progress);
  FixedPoints found = finder.find(starts);
  describeSearch(found);
  linearise(found, system, options, progress);
  return found;
}

}  // namespace keyhole
