#include "core/analysis/attractor_match.h"

#include "core/analysis/points/polyline.h"
#include "core/common/error.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

// What is compared of an attractor, in common coordinates.
struct Thing {
  CoexistingAttractor source;
  Matrix places;  // a point: one column
  bool isClosed = false;
  int form = 0;  // line, ring, plane
  Index dimension = 0;
  double size = 1;  // period, extent, leading exponent
};

double ratioOf(const Thing& a, const Thing& b) {
  return a.size > 0 && b.size > 0 ? b.size / a.size : 1;
}

// The mean distance of the points of one curve from the other, both ways.
double apart(const Thing& a, const Thing& b) {
  if (a.places.cols() == 0 || b.places.cols() == 0) return 0;
  if (a.source.kind == AttractorKind::point) return (a.places.col(0) - b.places.col(0)).norm();
  const auto oneWay = [](const Thing& from, const Thing& to) {
    double sum = 0;
    const Index stride = std::max<Index>(1, from.places.cols() / 60);
    Index count = 0;
    for (Index i = 0; i < from.places.cols(); i += stride, ++count)
      sum += distanceFromLine(from.places.col(i), to.places, to.isClosed);
    return sum / static_cast<double>(count);
  };
  return std::max(oneWay(a, b), oneWay(b, a));
}

class Matcher {
 public:
  Matcher(double scale, const AttractorMatchOptions& options) : m_scale(scale), m_options(options) {}

  bool mayBeSame(const Thing& a, const Thing& b) const {
    if (a.source.kind != b.source.kind || a.form != b.form || a.dimension != b.dimension) return false;
    if (a.source.kind == AttractorKind::chaos || a.source.kind == AttractorKind::point) return true;
    const double ratio = ratioOf(a, b);
    const double most = a.source.kind == AttractorKind::cycle ? m_options.periods : m_options.extents;
    return ratio <= most && ratio >= 1 / most;
  }

  AttractorMatch match(const std::vector<Thing>& a, const std::vector<Thing>& b) const {
    struct Pair {
      std::size_t a, b;
      double distance;
    };
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < b.size(); ++j) {
        if (!mayBeSame(a[i], b[j])) continue;
        const double distance = apart(a[i], b[j]) / m_scale;
        if (distance <= m_options.near) pairs.push_back({i, j, distance});
      }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair& x, const Pair& y) { return x.distance < y.distance; });
    std::vector<bool> takenA(a.size(), false), takenB(b.size(), false);
    AttractorMatch result;
    result.scale = m_scale;
    for (const Pair& pair : pairs) {
      if (takenA[pair.a] || takenB[pair.b]) continue;
      takenA[pair.a] = takenB[pair.b] = true;
      result.same.push_back({a[pair.a].source.kind, a[pair.a].source.index, b[pair.b].source.index,
                             pair.distance, ratioOf(a[pair.a], b[pair.b])});
    }
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!takenA[i]) result.onlyA.push_back(a[i].source);
    for (std::size_t j = 0; j < b.size(); ++j)
      if (!takenB[j]) result.onlyB.push_back(b[j].source);
    return result;
  }

 private:
  double m_scale;
  const AttractorMatchOptions& m_options;
};

std::vector<CoexistingAttractor> listOf(const Attractors& found) {
  if (found.runs > 0) {
    std::vector<CoexistingAttractor> list = found.coexisting;
    bool chaos = false;
    std::erase_if(list, [&](const CoexistingAttractor& one) {
      const bool compared = one.kind == AttractorKind::point || one.kind == AttractorKind::cycle ||
                            one.kind == AttractorKind::continuum ||
                            (one.kind == AttractorKind::chaos && !chaos);
      chaos = chaos || one.kind == AttractorKind::chaos;
      return !compared;
    });
    return list;
  }
  std::vector<CoexistingAttractor> list;
  for (std::size_t i = 0; i < found.continua.size(); ++i)
    list.push_back({AttractorKind::continuum, i, {}, 0});
  for (std::size_t i = 0; i < found.points.points.size(); ++i) {
    const FixedPoint& point = found.points.points[i];
    if (point.kind == PointKind::fixed && point.local.stability == Stability::stable && point.continuum < 0)
      list.push_back({AttractorKind::point, i, {}, 0});
  }
  if (found.isChaotic()) list.push_back({AttractorKind::chaos, 0, {}, 0});
  return list;
}

Thing thingOf(const CoexistingAttractor& one, const Attractors& found, const CommonView& view) {
  Thing thing;
  thing.source = one;
  if (one.kind == AttractorKind::point) {
    thing.places = view.of(found.points.points[one.index].position);
  } else if (one.kind == AttractorKind::cycle) {
    thing.places = view.of(found.cycles[one.index].points);
    thing.isClosed = true;
    thing.size = found.cycles[one.index].period;
  } else if (one.kind == AttractorKind::continuum) {
    const SlowManifold& manifold = found.continua[one.index];
    thing.places = view.of(manifold.points);
    thing.isClosed = manifold.status != SlowManifoldStatus::line;
    thing.form = static_cast<int>(manifold.status);
    thing.dimension = manifold.dimension;
    thing.size = lengthOfLine(thing.places, thing.isClosed);
  } else if (found.exponents.exponents.size() > 0) {
    thing.size = found.exponents.exponents(0);
  }
  return thing;
}

std::vector<Thing> thingsOf(const Attractors& found, const CommonView& view) {
  std::vector<Thing> things;
  for (const CoexistingAttractor& one : listOf(found)) things.push_back(thingOf(one, found, view));
  return things;
}

double scaleOf(const std::vector<Thing>& things) {
  Index columns = 0, rows = 0;
  for (const Thing& thing : things) {
    columns += thing.places.cols();
    rows = std::max(rows, thing.places.rows());
  }
  if (columns < 2) return 0;
  Matrix all(rows, columns);
  Index first = 0;
  for (const Thing& thing : things) {
    if (thing.places.cols() == 0) continue;
    all.middleCols(first, thing.places.cols()) = thing.places;
    first += thing.places.cols();
  }
  const Vector mean = all.rowwise().mean();
  return std::sqrt((all.colwise() - mean).squaredNorm() / static_cast<double>(columns));
}

void requireOneSize(const std::vector<Thing>& a, const std::vector<Thing>& b) {
  for (const Thing& x : a)
    for (const Thing& y : b)
      if (x.places.size() > 0 && y.places.size() > 0 && x.places.rows() != y.places.rows())
        throw InputError("attractors are compared in " + std::to_string(x.places.rows()) + " and " +
                         std::to_string(y.places.rows()) + " coordinates; needed: the same number");
}

}  // namespace

Matrix CommonView::of(ConstMatrixRef states) const {
  if (states.size() == 0) return Matrix(map.size() > 0 ? map.rows() : states.rows(), 0);
  if (map.size() > 0 && map.cols() != states.rows())
    throw std::logic_error("a view of " + std::to_string(map.cols()) + " coordinates is given states of " +
                           std::to_string(states.rows()) + " x " + std::to_string(states.cols()));
  Matrix seen = map.size() > 0 ? Matrix(map * states) : Matrix(states);
  if (offset.size() > 0) seen.colwise() += offset;
  return seen;
}

std::vector<std::string> problems(const AttractorMatchOptions& options) {
  std::vector<std::string> found;
  if (!(options.near > 0)) found.push_back("near is " + toText(options.near) + "; allowed: a number above 0");
  if (!(options.periods >= 1))
    found.push_back("periods is " + toText(options.periods) + "; allowed: a number from 1");
  if (!(options.extents >= 1))
    found.push_back("extents is " + toText(options.extents) + "; allowed: a number from 1");
  return found;
}

AttractorMatch matchAttractors(const Attractors& a, const CommonView& viewA, const Attractors& b,
                               const CommonView& viewB, double scale, const AttractorMatchOptions& options) {
  if (const auto wrong = problems(options); !wrong.empty()) throw InputError(wrong.front());
  const std::vector<Thing> ofA = thingsOf(a, viewA), ofB = thingsOf(b, viewB);
  requireOneSize(ofA, ofB);
  if (!(scale > 0)) scale = std::max(scaleOf(ofA), scaleOf(ofB));
  if (!(scale > 0)) scale = std::max(a.scale, b.scale);
  if (!(scale > 0)) scale = 1;
  return Matcher(scale, options).match(ofA, ofB);
}

}  // namespace keyhole
