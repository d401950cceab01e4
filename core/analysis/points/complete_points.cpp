#include "core/analysis/points/complete_points.h"

#include "core/analysis/flow/reach.h"
#include "core/analysis/points/branch_and_prune.h"
#include "core/analysis/points/neighbour_search.h"
#include "core/analysis/points/point_description.h"
#include "core/analysis/points/spread_search.h"
#include "core/common/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kSame = 1e-6;        // of the box's size, as far as tanh is curved: roots as near are one
constexpr Index kMostImages = 20000;  // roots beyond which no images are added
constexpr double kKick = 0.05;        // of the box's size: a start beside a saddle
constexpr std::size_t kMostSaddles = 200;
constexpr double kForStarts = 0.7;  // of the work of a search, the rest being for continuation and deflation

double sizeOf(const Box& box) {
  return std::max(1e-9, (box.high - box.low).norm() / std::sqrt(12.0));  // root mean square of uniform draws
}

// The same, but not larger than what a tanh is curved over.
double curvedSizeOf(const Box& box) {
  return std::max(1e-9, curvedSize(sizeOf(box), box.size()));
}

class Completer {
 public:
  Completer(const FlowSystem& given, FixedPoints found, const FixedPointOptions& points,
            const CompletionOptions& options, Progress& progress)
      : m_given(given),
        m_points(points),
        m_options(options),
        m_progress(progress),
        m_system(factored(given, options.mostProven)),
        m_equation(m_system),
        m_boxes(boxEquationOf(m_system)),
        m_box(m_boxes.everything()),
        m_known(m_system, m_equation, kSame * curvedSizeOf(m_box), tolerance(), kMostImages),
        m_found(std::move(found)) {}

  FixedPoints run() {
    for (const FixedPoint& point : m_found.points)
      if (point.kind == PointKind::fixed && !isLeftOut(point.position)) addKnown(point);
    PointCensus census;
    if (m_equation.size() <= m_options.mostProven) census = proven();
    if (census.completeness == Completeness::notSought) census = searched();
    return described(std::move(census));
  }

 private:
  double tolerance() const {
    return 0.5 * m_points.tolerance * std::sqrt(static_cast<double>(m_given.network.size()));
  }

  bool isLeftOut(ConstVectorRef z) const { return m_options.isOnContinuum && m_options.isOnContinuum(z); }

  void addKnown(const FixedPoint& point) { m_known.addFrom(m_equation.coordinatesOf(point.position).col(0)); }

  PointCensus proven() {
    BranchAndPruneOptions options;
    options.work = std::max(1.0, 0.5 * m_options.work);
    const Proof proof = proveAllRoots(m_boxes, options, m_progress);
    std::vector<Vector> lost;  // proven, but Newton's method does not come to rest there
    for (const Vector& root : proof.roots) {
      const Vector z = stateOfRoot(m_system, m_boxes, root);
      if (m_known.addFrom(m_equation.coordinatesOf(z).col(0)) < 0) lost.push_back(z);
    }
    PointCensus census;
    if (proof.status == ProofStatus::stopped) census.completeness = Completeness::stopped;
    if (proof.status == ProofStatus::complete) notePlaces(lost, 0, census);
    // So many open places are a surface of slow points, of which a list says nothing.
    constexpr double kMostOpen = 2e7;  // numbers
    const bool few =
        static_cast<double>(proof.open.size()) * static_cast<double>(m_given.network.size()) < kMostOpen;
    if (proof.status == ProofStatus::open && few) addOpenPlaces(proof, std::move(lost), census);
    return census;
  }

  // The places that are not at a known point: roots nearer to each other than points are told apart count as
  // one.
  void addOpenPlaces(const Proof& proof, std::vector<Vector> open, PointCensus& census) const {
    const double near = m_points.mergeDistance * curvedSizeOf(m_box);
    for (const Box& box : proof.open) {
      const Vector z = stateOfRoot(m_system, m_boxes, box.middle());
      const Vector y = m_equation.coordinatesOf(z).col(0);
      if (proof.radius > near || !m_known.isNear(y, near)) open.push_back(z);
    }
    notePlaces(open, proof.radius, census);
  }

  // Outside of which all is proven.
  void notePlaces(const std::vector<Vector>& open, double radius, PointCensus& census) const {
    census.completeness = open.empty() ? Completeness::certified : Completeness::certifiedApart;
    census.openRadius = radius;
    census.openPlaces.resize(m_given.network.size(), static_cast<Index>(open.size()));
    for (std::size_t i = 0; i < open.size(); ++i) census.openPlaces.col(static_cast<Index>(i)) = open[i];
  }

  PointCensus searched() {
    SpreadSearchOptions options;
    options.work = std::max(1.0, kForStarts * m_options.work);
    options.tolerance = tolerance();
    options.iterations = m_points.iterations;
    options.seed = m_options.seed;
    if (m_options.isOnContinuum)
      options.isLeftOut = [this](ConstVectorRef y) { return isLeftOut(m_equation.stateOf(y)); };
    const Box box = boxOfCoordinates();
    SpreadSearch search(m_equation, box, m_known, options, m_progress);
    if (search.canTell()) search.fromSaddles(besideSaddles());
    PointCensus census;
    if (search.canTell()) {
      search.fromEverywhere();
      census.starts = search.starts();
      m_hits = search.hits();
    } else {
      useFirstPass(census);
    }
    census.leftOut = search.leftOut();
    const bool stopped = search.wasStopped() || !followed(options, m_options.work - search.spent());
    census.completeness = stopped ? Completeness::stopped : Completeness::estimated;
    return census;
  }

  // From all that is known to its neighbours. False: stopped.
  bool followed(const SpreadSearchOptions& as, double work) {
    NeighbourSearchOptions options;
    options.work = std::max(1.0, work);
    options.size = sizeOf(m_box);
    options.seed = as.seed;
    options.isLeftOut = as.isLeftOut;
    NeighbourSearch search(m_equation, m_known, options, m_progress);
    search.run();
    return !search.wasStopped();
  }

  // Too large for starts of their own: the counts are those of the first pass, from about the activity.
  void useFirstPass(PointCensus& census) {
    census.fromActivity = true;
    census.starts = m_found.searchedStarts;
    m_hits.assign(static_cast<std::size_t>(m_known.classes()), 0);
    for (const FixedPoint& point : m_found.points) {
      if (point.kind != PointKind::fixed) continue;
      const Index root = m_known.find(m_equation.coordinatesOf(point.position).col(0));
      if (root >= 0) m_hits[static_cast<std::size_t>(m_known.classOf(root))] += point.starts;
    }
  }

  // Of FlowEquation's unknowns, which for dense leaky networks are not those of the boxes.
  Box boxOfCoordinates() const {
    if (m_equation.isLatent() || m_system.convention == Convention::standard) return m_box;
    const Box t = tanhRange(m_box);
    if (m_system.drive.size() == 0) return t;
    return {t.low + m_system.drive, t.high + m_system.drive};
  }

  // Two starts for each unstable direction.
  Matrix besideSaddles() const {
    std::vector<Vector> starts;
    const double kick = kKick * sizeOf(m_box);
    std::size_t saddles = 0;
    for (const FixedPoint& point : m_found.points) {
      if (point.kind != PointKind::fixed || point.local.stability == Stability::stable) continue;
      if (++saddles > kMostSaddles) break;
      for (const LocalMode& mode : point.local.modes)
        for (Index k = 0; k < mode.plane.cols(); ++k)
          for (const double side : {kick, -kick})
            starts.emplace_back(m_equation.coordinatesOf(point.position + side * mode.plane.col(k)));
    }
    Matrix all(m_equation.size(), static_cast<Index>(starts.size()));
    for (std::size_t i = 0; i < starts.size(); ++i) all.col(static_cast<Index>(i)) = starts[i];
    return all;
  }

  FixedPoints described(PointCensus census) {
    // A point of the first pass keeps its starts; one that is the same as another gives it its own.
    std::vector<Index> which;
    std::vector<FixedPoint> points;
    std::vector<std::size_t> placeOf(static_cast<std::size_t>(m_known.size()), kNowhere);
    for (FixedPoint& point : m_found.points) {
      const Index root =
          point.kind == PointKind::fixed ? m_known.find(m_equation.coordinatesOf(point.position).col(0)) : -1;
      if (root >= 0) {
        std::size_t& place = placeOf[static_cast<std::size_t>(root)];
        if (place != kNowhere) {
          points[place].starts += point.starts;
          continue;
        }
        place = points.size();
      }
      which.push_back(root);
      points.push_back(std::move(point));
    }
    for (Index i = 0; i < m_known.size(); ++i) {
      if (placeOf[static_cast<std::size_t>(i)] != kNowhere) continue;
      which.push_back(i);
      points.push_back(describedPoint(m_given, m_equation, m_known.end(i), 0, m_points));
    }
    m_found.points = std::move(points);
    const Index most = std::max(m_points.maxLinearised, pointsLinearisedSoon(m_system));
    const bool all = linearisePoints(m_found, m_system, m_points, most, m_progress);
    m_found.census = std::move(census);
    if (!all && m_found.census.completeness != Completeness::certified)
      m_found.census.completeness = Completeness::stopped;
    estimate(which);
    countPoints(m_found, m_options.isOnContinuum);
    keepTheBest();
    m_found.census.message = sentenceOf(m_found.census);
    m_found.message += "; in all " + m_found.census.message;
    return std::move(m_found);
  }

  // Of all points, and of the stable ones alone.
  void estimate(const std::vector<Index>& which) {
    PointCensus& census = m_found.census;
    if (census.completeness != Completeness::estimated) return;
    const MissingEstimate all = missingFrom(m_hits, census.starts);
    census.coverage = all.coverage;
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    const double size =
        static_cast<double>(m_known.size()) / static_cast<double>(std::max<Index>(1, m_known.classes()));
    census.missing = all.isMeaningful ? unseen(all.missing, m_hits) * size : kUnknown;
    census.missingUpper = all.isMeaningful ? unseen(all.upper, m_hits) * size : kUnknown;
    std::vector<Index> stable(m_hits.size(), 0);
    Index draws = 0;
    for (std::size_t i = 0; i < which.size(); ++i) {
      if (which[i] < 0 || m_found.points[i].local.stability != Stability::stable) continue;
      const auto kind = static_cast<std::size_t>(m_known.classOf(which[i]));
      if (kind < m_hits.size()) stable[kind] = m_hits[kind];
    }
    for (const Index count : stable) draws += count;
    const MissingEstimate some = missingFrom(stable, draws);
    census.missingStable = some.isMeaningful || draws == 0 ? some.missing * size : kUnknown;
  }

  // What other ways than the independent starts have found is not missing any more.
  double unseen(double missing, const std::vector<Index>& hits) const {
    const auto seen = std::count_if(hits.begin(), hits.end(), [](Index count) { return count > 0; });
    return std::max(0.0, missing - static_cast<double>(m_known.classes() - seen));
  }

  // Sorted, the stable ones kept first if there are too many.
  void keepTheBest() {
    auto& points = m_found.points;
    const auto most = static_cast<std::size_t>(m_points.maxPoints);
    if (points.size() > most) {
      std::stable_sort(points.begin(), points.end(), [](const FixedPoint& a, const FixedPoint& b) {
        const bool first = a.local.stability == Stability::stable,
                   second = b.local.stability == Stability::stable;
        return first != second ? first : a.starts > b.starts;
      });
      m_found.omittedPoints += static_cast<Index>(points.size() - most);
      points.resize(most);
    }
    sortPoints(points);
  }

  static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

  const FlowSystem& m_given;
  const FixedPointOptions& m_points;
  const CompletionOptions& m_options;
  Progress& m_progress;
  FlowSystem m_system;
  FlowEquation m_equation;
  BoxEquation m_boxes;
  Box m_box;
  KnownRoots m_known;
  FixedPoints m_found;
  std::vector<Index> m_hits;
};

}  // namespace

std::string sentenceOf(const PointCensus& census) {
  const std::string besides =
      census.leftOut > 0 || census.onContinua > 0 ? " besides those on lines, rings or planes" : "";
  if (census.fixed == 0 && census.completeness == Completeness::certified)
    return "no fixed point" + besides + ": proven";
  std::string text =
      counted(census.fixed, "fixed point") + ", " + std::to_string(census.stable) + " of them stable";
  if (census.unlinearised > 0) text += " (not known of " + std::to_string(census.unlinearised) + ")";
  if (!besides.empty()) text += "," + besides;
  switch (census.completeness) {
    case Completeness::certified:
      return text + ": proven to be all";
    case Completeness::certifiedApart:
      return text + ": proven to be all outside of " + counted(census.openPlaces.cols(), "small place") +
             " (radius " + twoDigits(census.openRadius) + ")";
    case Completeness::estimated:
      break;
    case Completeness::stopped:
      return "at least " + text + ": stopped before more were looked for";
    case Completeness::notSought:
      return "at least " + text;
  }
  text = "at least " + text;
  const std::string from = counted(census.starts, census.fromActivity ? "start" : "further start") +
                           (census.fromActivity ? " about the activity" : " over all that the weights allow");
  if (std::isnan(census.missing))
    return text + ": nearly each of " + from + " led to a new one, so that their number cannot be estimated";
  if (census.missing < 0.5) return text + ": by " + from + " none is expected to be missing";
  return text + ": by how often " + from + " found the last ones, at least about " +
         twoDigits(census.missing) + " more are missing (a lower bound, known up to " +
         twoDigits(std::max(census.missing, census.missingUpper)) + ")";
}

std::vector<std::string> problems(const CompletionOptions& options) {
  std::vector<std::string> found;
  if (!(options.work >= 0)) found.push_back("work is " + toText(options.work) + "; allowed: a number from 0");
  if (options.mostProven < 0)
    found.push_back("most proven is " + std::to_string(options.mostProven) + "; allowed: a number from 0");
  return found;
}

FlowSystem factored(const FlowSystem& system, Index most) {
  const auto* dense = std::get_if<DenseForm>(&system.network.form());
  if (!dense || system.switching) return system;
  // Gram-Schmidt with column pivoting, on the residual.
  const Index D = dense->B.rows();
  const double small = 1e-14 * dense->B.norm();
  Matrix rest = dense->B, Q(D, 0);
  for (Index rank = 0; 2 * rank <= D && rank <= most; ++rank) {
    Index largest = 0;
    const double size = rest.colwise().norm().maxCoeff(&largest);
    if (rest.norm() <= small) {
      if (rank == 0) return system;
      FlowSystem low = system;
      low.network = Network(LowRankForm{Q, dense->B.transpose() * Q});
      return low;
    }
    Vector q = rest.col(largest) / size;
    q -= Q * (Q.transpose() * q);
    q.normalize();
    Q.conservativeResize(D, rank + 1);
    Q.col(rank) = q;
    rest -= q * (q.transpose() * rest).eval();
  }
  return system;
}

FixedPoints completeFixedPoints(const FlowSystem& system, FixedPoints found, const FixedPointOptions& points,
                                const CompletionOptions& options, Progress& progress) {
  if (const auto wrong = problems(options); !wrong.empty()) throw InputError(wrong.front());
  if (const auto wrong = problems(points); !wrong.empty()) throw InputError(wrong.front());
  if (isAffine(system) || system.switching) return found;
  const FixedPointOptions possible = reachable(points, system);
  return Completer(system, std::move(found), possible, options, progress).run();
}

}  // namespace keyhole
