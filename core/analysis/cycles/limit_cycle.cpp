#include "core/analysis/cycles/limit_cycle.h"

#include "core/analysis/cycles/cycle_search.h"
#include "core/analysis/cycles/monodromy.h"
#include "core/analysis/cycles/return_map.h"
#include "core/common/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace keyhole {
namespace {

std::string text(double value) {
  std::ostringstream out;
  out.precision(4);
  out << value;
  return out.str();
}

CycleStatus statusOf(ShootingStatus status) {
  switch (status) {
    case ShootingStatus::converged:
      return CycleStatus::found;
    case ShootingStatus::fixedPoint:
      return CycleStatus::fixedPoint;
    case ShootingStatus::diverged:
      return CycleStatus::diverged;
    case ShootingStatus::stopped:
      return CycleStatus::stopped;
    case ShootingStatus::notConverged:
      break;
  }
  return CycleStatus::notConverged;
}

CycleStatus statusOf(ReturnStatus status) {
  switch (status) {
    case ReturnStatus::closed:
      return CycleStatus::found;
    case ReturnStatus::rests:
      return CycleStatus::fixedPoint;
    case ReturnStatus::noReturn:
      return CycleStatus::noRecurrence;
    case ReturnStatus::diverges:
      return CycleStatus::diverged;
    case ReturnStatus::stopped:
      return CycleStatus::stopped;
    case ReturnStatus::notConverged:
    case ReturnStatus::slides:
      break;
  }
  return CycleStatus::notConverged;
}

// The modulus of the leading multiplier but the trivial one; negative if there is none.
double leadingModulus(const LimitCycle& cycle) {
  double largest = -1;
  for (Index i = 0; i < cycle.multipliers.size(); ++i)
    if (i != cycle.trivial) largest = std::max(largest, std::abs(cycle.multipliers(i)));
  return largest;
}

CycleStability stabilityOf(const LimitCycle& cycle) {
  if (cycle.trivial < 0) return CycleStability::unknown;
  const double modulus = leadingModulus(cycle), margin = std::max(1e-6, 10 * cycle.trivialError);
  if (modulus > 1 + margin) return CycleStability::unstable;
  return modulus < 1 - margin ? CycleStability::stable : CycleStability::marginal;
}

// The r multipliers of the latent flow, and e^{-T} for each of the other directions.
void completeMultipliers(LimitCycle& cycle, const ClosedOrbit& orbit, Index others) {
  const Index known = orbit.multipliers.size();
  cycle.multipliers = orbit.multipliers;
  cycle.divergence = orbit.divergence - static_cast<double>(others) * orbit.period;
  if (known == 0) return;
  cycle.multipliers.conservativeResize(known + others);
  cycle.multipliers.tail(others).setConstant(std::exp(-orbit.period));
  orderByModulus(cycle.multipliers);
  cycle.trivialError = (cycle.multipliers.array() - 1.0).abs().minCoeff(&cycle.trivial);
}

// points: N x (k + 1), the last one T after the first.
void describeOrbit(LimitCycle& cycle, const Matrix& points) {
  cycle.points = points.leftCols(points.cols() - 1);
  cycle.mean = cycle.points.rowwise().mean();
  cycle.amplitude = std::sqrt((cycle.points.colwise() - cycle.mean).colwise().squaredNorm().mean());
  cycle.residual = (points.rightCols(1) - points.leftCols(1)).norm() / cycle.amplitude;
}

LimitCycle fromOrbit(const FlowSystem& system, const CycleCoordinates& coordinates, const ClosedOrbit& orbit,
                     const LimitCycleOptions& options) {
  LimitCycle cycle;
  cycle.status = statusOf(orbit.status);
  cycle.road = coordinates.latent                                ? CycleRoad::latent
               : coordinates.flow.size <= options.shooting.dense ? CycleRoad::dense
                                                                 : CycleRoad::subspace;
  if (cycle.status == CycleStatus::found) {
    cycle.period = orbit.period;
    cycle.stepError = orbit.stepError;
    const Vector start =
        coordinates.latent ? coordinates.latent->lifted(orbit.start, orbit.period, orbit.steps) : orbit.start;
    describeOrbit(cycle, orbitPoints(smoothFlow(system), start, orbit.period, orbit.steps, options.points));
    completeMultipliers(cycle, orbit, system.network.size() - coordinates.flow.size);
    cycle.stability = stabilityOf(cycle);
    cycle.mirrorSymmetric = isOdd(system) && distanceFromOrbit(-cycle.points, cycle.points) <=
                                                 kSameOrbit * cycle.amplitude + sagittaOf(cycle.points);
  }
  cycle.message = sentenceOf(cycle, options.words);
  return cycle;
}

void requireSane(const FlowSystem& system, ConstMatrixRef starts, const LimitCycleOptions& options) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  if (starts.rows() != system.network.size())
    throw InputError("the starts have " + std::to_string(starts.rows()) + " rows; the system has " +
                     std::to_string(system.network.size()) + " units");
  if (!starts.allFinite()) throw InputError("a start of the free runs is not finite");
}

LimitCycle failure(CycleStatus status) {
  LimitCycle cycle;
  cycle.status = status;
  cycle.message = sentenceOf(cycle);
  return cycle;
}

}  // namespace

std::string sentenceOf(const LimitCycle& cycle, const TimeWords& words) {
  switch (cycle.status) {
    case CycleStatus::found:
      break;
    case CycleStatus::fixedPoint:
      return "The run ends in a fixed point, not on a cycle.";
    case CycleStatus::noRecurrence:
      return "The run did not come back near to where it was.";
    case CycleStatus::notConverged:
      return "The run comes back, but no closed orbit was reached from it within the work that is allowed.";
    case CycleStatus::diverged:
      return "The run left the finite range.";
    case CycleStatus::affine:
      return "An affine system has no limit cycle.";
    case CycleStatus::stopped:
      return "The search was stopped.";
  }
  const std::string size =
      " of period " + words.duration(cycle.period) + " and radius " + text(cycle.amplitude);
  if (cycle.road == CycleRoad::returnMap)
    return "A cycle" + size + " that attracts; the field has jumps, so its multipliers are not known.";
  if (cycle.stability == CycleStability::unknown) return "A cycle" + size + " of unknown stability.";
  const char* article = cycle.stability == CycleStability::unstable ? "An " : "A ";
  return article + nameOf(cycle.stability) + " cycle" + size + ": a deviation is multiplied by " +
         text(leadingModulus(cycle)) + " per turn.";
}

LimitCycle refineInCoordinates(const FlowSystem& system, const CycleCoordinates& coordinates,
                               ConstVectorRef guess, double periodGuess, const LimitCycleOptions& options,
                               Progress& progress, Matrix* orbitInCoordinates) {
  const ClosedOrbit orbit = closeOrbit(coordinates.flow, guess, periodGuess, options.shooting, progress);
  if (orbitInCoordinates && orbit.status == ShootingStatus::converged)
    *orbitInCoordinates =
        orbitPoints(coordinates.flow, orbit.start, orbit.period, orbit.steps, options.points)
            .leftCols(options.points);
  return fromOrbit(system, coordinates, orbit, options);
}

LimitCycle cycleByReturns(const FlowSystem& system, ConstVectorRef start, const LimitCycleOptions& options,
                          Progress& progress) {
  ReturnOptions returns;
  returns.settle = options.runs.settle;
  returns.horizon = options.runs.horizon;
  returns.points = options.points;
  const ReturnOrbit orbit = followReturns(system, start, returns, progress);
  LimitCycle cycle;
  cycle.road = CycleRoad::returnMap;
  cycle.status = statusOf(orbit.status);
  if (cycle.status == CycleStatus::found) {
    cycle.points = orbit.points;
    cycle.period = orbit.period;
    cycle.amplitude = orbit.amplitude;
    cycle.mean = orbit.mean;
    cycle.residual = orbit.residual;
    cycle.stability = CycleStability::stable;  // the returns came together by themselves
  }
  cycle.message = orbit.status == ReturnStatus::slides
                      ? "The run is caught between two regions whose flows point at each other."
                      : sentenceOf(cycle, options.words);
  return cycle;
}

CycleCoordinates::CycleCoordinates(const FlowSystem& system) : latent(latentFlow(system)) {
  flow = latent ? latent->flow : smoothFlow(system);
}

std::vector<std::string> problems(const LimitCycleOptions& options) {
  std::vector<std::string> found = problems(options.runs);
  for (auto& problem : problems(options.shooting)) found.push_back(std::move(problem));
  if (options.attempts < 1)
    found.push_back("attempts is " + std::to_string(options.attempts) + "; allowed: a number from 1");
  if (!(options.work > 0)) found.push_back("work is " + toText(options.work) + "; allowed: a number above 0");
  if (options.points < 8)
    found.push_back("points is " + std::to_string(options.points) + "; allowed: a number from 8");
  return found;
}

std::string nameOf(CycleStatus status) {
  switch (status) {
    case CycleStatus::found:
      return "found";
    case CycleStatus::fixedPoint:
      return "fixed point";
    case CycleStatus::noRecurrence:
      return "no recurrence";
    case CycleStatus::notConverged:
      return "not converged";
    case CycleStatus::diverged:
      return "diverged";
    case CycleStatus::affine:
      return "affine";
    case CycleStatus::stopped:
      break;
  }
  return "stopped";
}

std::string nameOf(CycleStability stability) {
  switch (stability) {
    case CycleStability::stable:
      return "stable";
    case CycleStability::unstable:
      return "unstable";
    case CycleStability::marginal:
      return "marginal";
    case CycleStability::unknown:
      break;
  }
  return "unknown";
}

double distanceFromOrbit(ConstMatrixRef states, ConstMatrixRef points) {
  double farthest = 0;
  for (Index i = 0; i < states.cols(); ++i) {
    double nearest = std::numeric_limits<double>::infinity();
    for (Index j = 0; j < points.cols(); ++j) {
      const auto here = points.col(j);
      const Vector edge = points.col((j + 1) % points.cols()) - here;
      const Vector offset = states.col(i) - here;
      const double length = edge.squaredNorm();
      const double along = length > 0 ? std::clamp(offset.dot(edge) / length, 0.0, 1.0) : 0.0;
      nearest = std::min(nearest, (offset - along * edge).norm());
    }
    farthest = std::max(farthest, nearest);
  }
  return farthest;
}

double sagittaOf(ConstMatrixRef points) {
  const Index count = points.cols();
  double largest = 0;
  for (Index i = 0; i < count; ++i)
    largest = std::max(
        largest,
        (points.col(i) - 2 * points.col((i + 1) % count) + points.col((i + 2) % count)).squaredNorm());
  return 1.5 * std::sqrt(largest) / 8;
}

LimitCycle refineCycle(const FlowSystem& system, ConstVectorRef start, double periodGuess,
                       const LimitCycleOptions& options, Progress& progress) {
  requireSane(system, start, options);
  if (!(periodGuess > 0) || !std::isfinite(periodGuess))
    throw InputError("the period guess is " + toText(periodGuess) + "; allowed: a number above 0");
  if (isAffine(system)) return failure(CycleStatus::affine);
  if (system.switching) return cycleByReturns(system, start, options, progress);
  const CycleCoordinates coordinates(system);
  const Matrix guess = coordinates.latent ? coordinates.latent->reduced(start) : Matrix(start);
  return refineInCoordinates(system, coordinates, guess.col(0), periodGuess, options, progress, nullptr);
}

std::vector<LimitCycle> findLimitCycles(const FlowSystem& system, ConstMatrixRef starts,
                                        const LimitCycleOptions& options, Progress& progress) {
  requireSane(system, starts, options);
  return CycleSearch(system, options, progress).run(starts);
}

}  // namespace keyhole
