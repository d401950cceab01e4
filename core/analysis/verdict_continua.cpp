// Where systems rest, and continuous attractors in the verdict: which of them have no counterpart, and which
// modes cannot tell of.
#include "core/analysis/verdict_case.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/subspace.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

const SlowManifold& continuumOf(const SystemEvidence& evidence, std::size_t index) {
  return evidence.attractors->continua[index];
}

// Whether another one of its kind lies where it lies, of another extent: which of the two lasts longer is for
// the modes to say.
bool hasShorterOrLonger(const SlowManifold& one, const CommonView& view, const SystemEvidence& other,
                        double scale) {
  if (one.status == SlowManifoldStatus::ring) return false;
  const auto middle = [](const SlowManifold& manifold, const CommonView& seen) {
    return Vector(seen.of(manifold.points).rowwise().mean());
  };
  const Vector here = middle(one, view);
  return std::any_of(other.attractors->continua.begin(), other.attractors->continua.end(),
                     [&](const SlowManifold& its) {
                       return its.status == one.status && its.dimension == one.dimension &&
                              (middle(its, other.view) - here).norm() <= 0.25 * scale;
                     });
}

// The most extended of `only`; where modes are compared, of those that modes at `place` do not tell of.
const SlowManifold* unpairedContinuum(const std::vector<CoexistingAttractor>& only, const SystemEvidence& own,
                                      const FixedPoint* place, const SystemEvidence& other, double scale,
                                      bool modesAreCompared) {
  // A search that was stopped proves no absence.
  if (other.attractors->line.status == SlowManifoldStatus::stopped) return nullptr;
  const SlowManifold* longest = nullptr;
  for (const CoexistingAttractor& one : only) {
    if (one.kind != AttractorKind::continuum) continue;
    const SlowManifold& manifold = continuumOf(own, one.index);
    if ((modesAreCompared && isToldByModes(manifold, place)) ||
        hasShorterOrLonger(manifold, own.view, other, scale))
      continue;
    if (!longest || manifold.extent > longest->extent) longest = &manifold;
  }
  return longest;
}

// A point is not missing where a continuous attractor of the other passes, or where it has a stable point
// that is pinned on one.
bool isPassed(const Vector& place, const SystemEvidence& by, double scale) {
  constexpr double kNear = 0.25;  // as AttractorMatchOptions::near
  const Attractors& found = *by.attractors;
  return std::any_of(found.continua.begin(), found.continua.end(), [&](const SlowManifold& one) {
    if (one.points.cols() == 0) return false;
    const Matrix points = by.view.of(one.points);
    if ((points.colwise() - place).colwise().norm().minCoeff() <= kNear * scale) return true;
    if (one.status != SlowManifoldStatus::plane) return false;
    return (Vector(points.rowwise().mean()) - place).norm() <= kNear * scale;
  });
}

Index unpairedPoints(const std::vector<CoexistingAttractor>& only, const SystemEvidence& own,
                     const SystemEvidence& other, double scale) {
  return static_cast<Index>(std::count_if(only.begin(), only.end(), [&](const CoexistingAttractor& one) {
    if (one.kind != AttractorKind::point) return false;
    const Vector place = own.view.of(own.attractors->points.points[one.index].position).col(0);
    return !isPassed(place, other, scale);
  }));
}

Index countOf(const std::vector<CoexistingAttractor>& all, AttractorKind kind) {
  return static_cast<Index>(std::count_if(
      all.begin(), all.end(), [kind](const CoexistingAttractor& one) { return one.kind == kind; }));
}

}  // namespace

bool isToldByModes(const SlowManifold& one, const FixedPoint* place) {
  if (one.status == SlowManifoldStatus::ring || one.points.cols() == 0) return false;
  return one.holds(place ? place->position : Vector::Zero(one.points.rows()));
}

const SlowManifold* ownContinuum(const SystemEvidence& evidence, const FixedPoint* place) {
  if (!evidence.mayCycle || !evidence.attractors) return nullptr;
  for (const SlowManifold& one : evidence.attractors->continua)
    if (!isToldByModes(one, place)) return &one;
  return nullptr;
}

bool restAtOnePlace(const VerdictCase& c) {
  if (hasCycle(c.teacher) || hasCycle(c.student) || ownContinuum(c.teacher, c.teacherPlace) ||
      ownContinuum(c.student, c.studentPlace))
    return false;
  const auto placeOf = [](const SystemEvidence& evidence, const FixedPoint* place) {
    const Index units = evidence.attractors->points.points.empty()
                            ? evidence.view.map.cols()
                            : evidence.attractors->points.points.front().position.size();
    return Vector(evidence.view.of(place ? place->position : Vector(Vector::Zero(units))));
  };
  const Vector teacher = placeOf(c.teacher, c.teacherPlace), student = placeOf(c.student, c.studentPlace);
  return teacher.size() == student.size() && (teacher - student).norm() <= 0.25 * c.match->scale;
}

void findUnpaired(VerdictCase& c) {
  const AttractorMatch& match = *c.match;
  c.unpaired.studentPoints = unpairedPoints(match.onlyB, c.student, c.teacher, match.scale);
  c.unpaired.teacherPoints = unpairedPoints(match.onlyA, c.teacher, c.student, match.scale);
  c.unpaired.studentCycles = countOf(match.onlyB, AttractorKind::cycle);
  c.unpaired.teacherCycles = countOf(match.onlyA, AttractorKind::cycle);
  c.unpaired.studentStepCycles = unpairedStepCycles(c.student, c.teacher);
  c.unpaired.teacherStepCycles = unpairedStepCycles(c.teacher, c.student);
  const bool compared = restAtOnePlace(c);
  c.unpaired.studentContinuum =
      unpairedContinuum(match.onlyB, c.student, c.studentPlace, c.teacher, match.scale, compared);
  c.unpaired.teacherContinuum =
      unpairedContinuum(match.onlyA, c.teacher, c.teacherPlace, c.student, match.scale, compared);
}

double alongEachOther(const VerdictCase& c) {
  const auto toldByModes = [](const SystemEvidence& evidence, const FixedPoint* place) {
    if (!evidence.attractors || evidence.attractors->continua.empty()) return Matrix();
    const SlowManifold& first = evidence.attractors->continua.front();
    if (evidence.mayCycle && !isToldByModes(first, place)) return Matrix();
    const CommonView linear{evidence.view.map, {}};
    const Matrix seen = linear.of(first.directions);
    // Of which next to nothing is seen has no direction there.
    return seen.colwise().norm().minCoeff() > 1e-6 ? orthonormalBasis(seen) : Matrix();
  };
  const Matrix teacher = toldByModes(c.teacher, c.teacherPlace),
               student = toldByModes(c.student, c.studentPlace);
  if (teacher.cols() == 0 || teacher.cols() != student.cols() || teacher.rows() != student.rows()) return 1;
  const double cosine = std::cos(principalAngles(teacher, student).maxCoeff());
  return cosine * cosine;
}

bool shareContinuum(const VerdictCase& c) {
  return c.match &&
         std::any_of(c.match->same.begin(), c.match->same.end(),
                     [](const MatchedAttractors& pair) { return pair.kind == AttractorKind::continuum; });
}

bool shareOwnContinuum(const VerdictCase& c) {
  return c.match &&
         std::any_of(c.match->same.begin(), c.match->same.end(), [&](const MatchedAttractors& pair) {
           return pair.kind == AttractorKind::continuum &&
                  !isToldByModes(continuumOf(c.teacher, pair.a), c.teacherPlace) &&
                  !isToldByModes(continuumOf(c.student, pair.b), c.studentPlace);
         });
}

std::string continuumText(const SlowManifold& one) {
  std::string text = "a " + one.title() + " (extent " + shortText(one.extent);
  if (one.dimension > 1) text += " by " + shortText(one.narrowest);
  return text + (one.isAtRest ? ", at rest everywhere)"
                              : ", at most " + shortText(one.fastest) + " per τ along it)");
}

// Where the system rests: the point at 0 is left to the evidence's own spectrum, which may be exact.
const FixedPoint* restingPlace(const SystemEvidence& evidence) {
  if (!evidence.mayCycle || !evidence.attractors || hasCycle(evidence) || !evidence.discreteState.empty())
    return nullptr;
  const auto stable = evidence.attractors->stablePoints();
  const auto isOrigin = [](const FixedPoint* point) { return point->position.norm() < 1e-6; };
  if (stable.empty() || std::any_of(stable.begin(), stable.end(), isOrigin)) return nullptr;
  return stable.front();
}

// Of a system whose attractors were not looked for, where its free runs rest.
Index pointsOfRest(const SystemEvidence& evidence) {
  if (!evidence.mayCycle) return 1;
  if (evidence.attractors) return static_cast<Index>(evidence.attractors->stablePoints().size());
  return evidence.limitSets ? evidence.limitSets->restingPoints : 1;
}

}  // namespace keyhole
