#include "core/analysis/attractor_points.h"

#include "core/analysis/points/point_description.h"

#include <algorithm>
#include <string>

namespace keyhole {
namespace {

// Of the places that a proof left open, those through which no line, ring or plane passes that is known.
std::vector<Index> openPlaces(const Attractors& found) {
  const PointCensus& census = found.points.census;
  std::vector<Index> open;
  if (census.completeness != Completeness::certifiedApart) return open;
  for (Index i = 0; i < census.openPlaces.cols(); ++i)
    if (!found.isOnContinuum(census.openPlaces.col(i))) open.push_back(i);
  return open;
}

// Many open places are a line, ring or plane that no start led to, as of one that repels: it is followed from
// there.
void followOpenPlaces(const FlowSystem& system, ConstMatrixRef activity, const AttractorOptions& options,
                      Attractors& found, Progress& progress) {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds && !progress.stopRequested(); ++round) {
    const std::vector<Index> open = openPlaces(found);
    if (open.empty()) return;
    // Newton's method from two of them, a quarter and half of the way through the list.
    const std::vector<Index> chosen = {open[open.size() / 4], open[open.size() / 2]};
    const Matrix places = found.points.census.openPlaces(Eigen::all, chosen);
    const std::size_t before = found.continua.size() + found.repelling.size();
    for (FixedPoint& point : findFixedPoints(system, places, {}, progress).points) {
      if (!point.position.allFinite() || found.isOnContinuum(point.position)) continue;
      point.starts = 0;
      found.points.points.push_back(std::move(point));
    }
    found.continua.clear();
    found.repelling.clear();
    findContinua(system, activity, options, found, progress);
    if (found.continua.size() + found.repelling.size() == before) return;
  }
}

// What lies on a line, ring or plane is no isolated point, and a place through which one passes is not open.
void countApart(Attractors& found) {
  FixedPoints& points = found.points;
  PointCensus& census = points.census;
  if (points.searchedStarts == 0 || census.message.empty()) return;
  if (census.completeness == Completeness::certifiedApart) {
    const std::vector<Index> open = openPlaces(found);
    census.openPlaces = Matrix(census.openPlaces(Eigen::all, open));
    if (open.empty()) census.completeness = Completeness::certified;
  }
  const std::string before = "; in all " + census.message;
  // Those beyond the list were counted before.
  if (points.omittedPoints == 0)
    countPoints(points, [&found](ConstVectorRef z) { return found.isOnSurface(z); });
  census.message = sentenceOf(census);
  if (const auto at = points.message.find(before); at != std::string::npos)
    points.message.replace(at, before.size(), "; in all " + census.message);
}

// Points that are missing, or how many may be; what was found on a line or ring before is no isolated point.
// With other points the continuous attractors are found again.
void complete(const FlowSystem& system, ConstMatrixRef activity, const AttractorOptions& options,
              Attractors& found, Progress& progress) {
  if (!(options.completion > 0)) return;
  CompletionOptions completion;
  completion.work = options.completion;
  completion.seed = options.seed;
  if (!found.continua.empty() || !found.repelling.empty())
    completion.isOnContinuum = [&found](ConstVectorRef z) { return found.isOnSurface(z); };
  const std::size_t before = found.points.points.size();
  found.points = completeFixedPoints(system, std::move(found.points), {}, completion, progress);
  // Stopped here, the points stay "at least", and the rest goes on with them if that is granted.
  if (found.points.census.completeness == Completeness::stopped) progress.grantStop();
  if (found.points.points.size() == before || progress.stopRequested()) return;
  found.continua.clear();
  found.repelling.clear();
  findContinua(system, activity, options, found, progress);
}

}  // namespace

void findContinua(const FlowSystem& system, ConstMatrixRef activity, const AttractorOptions& options,
                  Attractors& found, Progress& progress) {
  const bool varies = activity.cols() >= 3 &&
                      (activity.colwise() - activity.rowwise().mean()).norm() > 1e-12 * activity.norm();
  if (!varies) return;
  SlowManifoldOptions slow;
  slow.persistentTau = options.persistentTau;
  slow.speedLimit = 1 / options.persistentTau;
  slow.words = options.words;
  std::vector<SlowManifold> all = findSlowManifolds(system, found.points.points, activity, slow, progress);
  found.line = all.front();
  for (FixedPoint& point : found.points.points) point.continuum = -1;
  for (SlowManifold& one : all) {
    if (one.repels)
      found.repelling.push_back(std::move(one));
    else if (one.isFound())
      found.continua.push_back(std::move(one));
  }
  for (std::size_t c = found.continua.size(); c-- > 0;)
    for (const std::size_t i : found.continua[c].members)
      found.points.points[i].continuum = static_cast<int>(c);
}

void completePoints(const FlowSystem& system, ConstMatrixRef activity, const AttractorOptions& options,
                    Attractors& found, Progress& progress) {
  complete(system, activity, options, found, progress);
  followOpenPlaces(system, activity, options, found, progress);
  countApart(found);
}

}  // namespace keyhole
