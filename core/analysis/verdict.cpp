#include "core/analysis/verdict.h"

#include "core/analysis/verdict_case.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kNearThreshold = 1.05;  // by this factor a threshold may as well be another
constexpr double kNearExponent = 2e-3;   // per τ
// Per τ, along a line or plane that both have. Noise on the weights that makes 0 grow at a rate r leaves
// stable points on it at which modes decay at 2 r.
constexpr double kSameAlong = 8e-3;

bool oscillates(const SystemEvidence& evidence) {
  return evidence.mayCycle && evidence.limitSets && evidence.limitSets->oscillating > 0;
}

bool affineAndGrows(const SystemEvidence& evidence, const LastingModes& modes) {
  return !evidence.mayCycle && modes.hasLeading && modes.leading.grows();
}

// Whether a point that was not found is not there.
bool isComplete(const SystemEvidence& evidence) {
  return !evidence.mayCycle || evidence.soughtThere ||
         (evidence.attractors && evidence.attractors->points.census.completeness == Completeness::certified);
}

Spectrum spectrumAt(const FixedPoint& point, double alpha) {
  const Linearisation& local = point.local;
  ComplexVector values = local.eigenvalues;
  if (local.furtherZeros > 0) {
    values.conservativeResizeLike(ComplexVector::Zero(values.size() + local.furtherZeros));
    orderByRealPart(values);
  }
  return spectrumOf(std::move(values), alpha);
}

// Of a recording, what persists is what its length cannot tell from lasting.
VerdictOptions judgedBySampling(VerdictOptions options, double alpha) {
  if (options.sampling) options.persistentTau = options.sampling->longestTold() * alpha;
  return options;
}

LastingModes modesAt(const FixedPoint* place, const SystemEvidence& evidence, const VerdictOptions& options) {
  if (!place || place->local.eigenvalues.size() == 0)
    return lastingModes(evidence.spectrum, evidence.score, options);
  const Spectrum there = spectrumAt(*place, evidence.spectrum.alpha);
  return lastingModes(there, lineAttractorScore(there), options);
}

// The point of rest that both have, the most visited one of the teacher: what is local is compared there.
void placeInCommon(const VerdictCase& c, const FixedPoint*& teacher, const FixedPoint*& student) {
  if (!c.match || !teacher || !student) return;
  Index most = -1;
  for (const MatchedAttractors& pair : c.match->same) {
    if (pair.kind != AttractorKind::point) continue;
    const FixedPoint& there = c.teacher.attractors->points.points[pair.a];
    if (there.starts <= most) continue;
    most = there.starts;
    teacher = &there;
    student = &c.student.attractors->points.points[pair.b];
  }
}

void findModes(VerdictCase& c) {
  const VerdictOptions& options = c.options;
  c.teacherPlace = restingPlace(c.teacher);
  c.studentPlace = restingPlace(c.student);
  placeInCommon(c, c.teacherPlace, c.studentPlace);
  c.teacherModes = modesAt(c.teacherPlace, c.teacher, options);
  c.studentModes = modesAt(c.studentPlace, c.student, options);
}

VerdictCase caseOf(const SystemEvidence& teacher, const SystemEvidence& student,
                   const VerdictOptions& options) {
  VerdictCase c{teacher, student, options, {}, {}, {}, {}, nullptr, nullptr, 1};
  if (teacher.mayCycle && student.mayCycle && teacher.attractors && student.attractors)
    c.match = matchAttractors(*teacher.attractors, teacher.view, *student.attractors, student.view);
  findModes(c);
  if (c.match) findUnpaired(c);
  c.along = alongEachOther(c);
  return c;
}

Decision undecided(UndecidedBy why) {
  return {VerdictKind::undecided, why, DecidedBy::modes, {}};
}

Decision decided(VerdictKind kind, DecidedBy by) {
  return {kind, UndecidedBy::nothing, by, {}};
}

// What keeps anything from being said.
UndecidedBy obstacle(const VerdictCase& c) {
  if (isPart(c.student) || isPart(c.teacher)) return UndecidedBy::stopped;
  if (c.teacher.cyclesPending || c.student.cyclesPending) return UndecidedBy::pending;
  if (c.teacherModes.undetermined > 0 || c.studentModes.undetermined > 0) return UndecidedBy::rounding;
  if (oscillatesOpenly(c.student) || oscillatesOpenly(c.teacher)) return UndecidedBy::openOrbit;
  if (isChaotic(c.student) != isChaotic(c.teacher)) return UndecidedBy::chaos;
  if (affineAndGrows(c.teacher, c.teacherModes) && affineAndGrows(c.student, c.studentModes))
    return UndecidedBy::growth;
  return UndecidedBy::nothing;
}

// What the student is left with, and the teacher never.
std::optional<Decision> byMadeUp(const VerdictCase& c) {
  if (hasCycle(c.student) && (!hasCycle(c.teacher) || c.unpaired.studentCycles > 0))
    return decided(VerdictKind::spuriousLimitCycle, DecidedBy::cycles);
  if (c.unpaired.studentStepCycles > 0) return decided(VerdictKind::spuriousLimitCycle, DecidedBy::steps);
  if (!c.unpaired.studentContinuum) return {};
  const bool line = c.unpaired.studentContinuum->status == SlowManifoldStatus::line;
  return decided(line ? VerdictKind::spuriousLineAttractor : VerdictKind::spuriousContinuum,
                 DecidedBy::continua);
}

std::optional<Decision> byMissed(const VerdictCase& c) {
  if (hasCycle(c.teacher) && (!hasCycle(c.student) || c.unpaired.teacherCycles > 0))
    return decided(VerdictKind::missed, DecidedBy::cycles);
  if (c.unpaired.teacherStepCycles > 0) return decided(VerdictKind::missed, DecidedBy::steps);
  if (c.unpaired.teacherContinuum) return decided(VerdictKind::missed, DecidedBy::continua);
  return {};
}

bool foreseesNothing(const Foresight& foresight) {
  return explainsNothing(foresight) || foresight.hasTheDynamics < kLeastDynamics;
}

// Modes that were made up span a plane of slow points.
bool madeUpSheet(const VerdictCase& c) {
  if (!c.match) return false;
  return std::any_of(c.match->onlyB.begin(), c.match->onlyB.end(), [&](const CoexistingAttractor& one) {
    return one.kind == AttractorKind::continuum &&
           c.student.attractors->continua[one.index].status == SlowManifoldStatus::plane;
  });
}

Decision byModes(const VerdictCase& c, const VerdictOptions& options, const MatchSlack& slack) {
  Decision decision;
  MatchSlack allowed = slack;
  if (shareContinuum(c)) allowed.closeness = std::max(allowed.closeness, kSameAlong);
  decision.modes = matchModes(c.teacherModes, c.studentModes, options, allowed);
  const double threshold = options.scoreThreshold;
  const bool elsewhere = sharesCyclesOrRings(c);
  const bool across = decision.modes.madeUp == 0 && c.along < kLeastAlong * slack.direction;
  if (across) decision.decidedBy = DecidedBy::directions;
  if ((decision.modes.madeUp > 0 || across) && !elsewhere) {
    const bool madeUpLine = isLineAttractor(c.student, c.studentModes, threshold) &&
                            (across || !isLineAttractor(c.teacher, c.teacherModes, threshold));
    decision.kind = madeUpLine       ? VerdictKind::spuriousLineAttractor
                    : madeUpSheet(c) ? VerdictKind::spuriousContinuum
                                     : VerdictKind::spuriousPersistence;
    return decision;
  }
  if (decision.modes.missed > 0 && !elsewhere) {
    decision.kind = VerdictKind::missed;
    return decision;
  }
  if (c.unpaired.studentPoints > 0 || c.unpaired.teacherPoints > 0) return undecided(UndecidedBy::search);
  const bool weakened = decision.modes.weakened > 0 && !elsewhere;
  if (!weakened && foreseesNothing(c.student.foresight)) {
    decision.kind = VerdictKind::missed;
    decision.decidedBy = DecidedBy::foresight;
    return decision;
  }
  decision.kind = weakened ? VerdictKind::weakened : VerdictKind::faithful;
  return decision;
}

std::optional<Decision> byPoints(const VerdictCase& c, const VerdictOptions& options,
                                 const MatchSlack& slack) {
  const Index ofStudent = pointsOfRest(c.student), ofTeacher = pointsOfRest(c.teacher);
  if (c.match) {
    // Who rests at one point alone remembers nothing there.
    if (c.unpaired.studentPoints > 0 && ofStudent > 1 && isComplete(c.teacher))
      return decided(VerdictKind::spuriousPersistence, DecidedBy::points);
    if (c.unpaired.teacherPoints > 0 && isComplete(c.student))
      return decided(VerdictKind::missed, DecidedBy::points);
    return {};
  }
  if (hasCycle(c.student) || (ofStudent <= 1 && ofTeacher <= 1)) return {};
  if (!c.student.attractors || !c.teacher.attractors) return undecided(UndecidedBy::otherPoints);
  // One of the two is affine and rests at one point, if at any. What a student makes up there in place of the
  // teacher's points comes first.
  if (ofStudent < ofTeacher)
    if (const Decision modes = byModes(c, options, slack); isSpurious(modes.kind)) return modes;
  if (ofStudent > ofTeacher) return decided(VerdictKind::spuriousPersistence, DecidedBy::points);
  return decided(VerdictKind::missed, DecidedBy::points);
}

Decision decide(const VerdictCase& c, const VerdictOptions& options, const MatchSlack& slack) {
  std::optional<Decision> byObjects = byMadeUp(c);
  if (!byObjects) byObjects = byMissed(c);
  const UndecidedBy why = obstacle(c);
  // Rounding of eigenvalues is no matter where they do not decide.
  const bool modesDecide = !c.match || !(byObjects || shareOwnContinuum(c));
  if (why != UndecidedBy::nothing && (why != UndecidedBy::rounding || modesDecide)) return undecided(why);
  if (byObjects) return *byObjects;
  if (const auto points = byPoints(c, options, slack)) return *points;
  return byModes(c, options, slack);
}

// Kinds of one class are degrees of one answer.
int classOf(VerdictKind kind) {
  if (isSpurious(kind)) return 1;
  return kind == VerdictKind::missed ? 2 : kind == VerdictKind::undecided ? 3 : 0;
}

struct Turn {
  std::string by;
  VerdictKind kind = VerdictKind::undecided;
};

// A nonlinear teacher of which, at λ = 1, the least change decides whether states decay or grow.
bool standsOnEdge(const VerdictCase& c) {
  const auto& modes = c.teacherModes.modes;
  return c.teacher.mayCycle &&
         std::any_of(modes.begin(), modes.end(), [](const LastingMode& mode) { return mode.stands(); });
}

// A small change that turns the decision. Other modes persist when the threshold is another.
std::optional<Turn> turnOf(const VerdictCase& c, const Decision& asItStands) {
  const int own = classOf(asItStands.kind);
  const bool nothingLasts = c.teacherModes.modes.empty() && c.studentModes.modes.empty();
  if (own == 3 || nothingLasts) return {};
  const auto turns = [&](const VerdictOptions& options,
                         const MatchSlack& slack) -> std::optional<VerdictKind> {
    const VerdictKind kind = decide(c, options, slack).kind;
    const bool degree = (kind == VerdictKind::weakened) != (asItStands.kind == VerdictKind::weakened);
    return (classOf(kind) == own && !degree) || kind == VerdictKind::undecided ? std::optional<VerdictKind>()
                                                                               : kind;
  };
  for (const double factor : {1 / kNearThreshold, kNearThreshold}) {
    VerdictOptions options = c.options;
    options.persistentTau *= factor;
    if (const auto kind = turns(options, {}))
      return Turn{"a threshold of " + shortText(options.persistentTau) + " instead of " +
                      shortText(c.options.persistentTau) + " τ",
                  *kind};
    options = c.options;
    options.exaggeration = std::max(1.0, options.exaggeration * factor);
    if (const auto kind = turns(options, {}))
      return Turn{"an exaggeration of " + shortText(options.exaggeration) + " instead of " +
                      shortText(c.options.exaggeration),
                  *kind};
    if (const auto kind = turns(c.options, {0, factor, 1}))
      return Turn{"frequencies told apart from 5 % more or less", *kind};
    if (const auto kind = turns(c.options, {0, 1, factor}))
      return Turn{"directions told apart from 5 % more or less", *kind};
  }
  if (asItStands.kind == VerdictKind::faithful) return {};
  // What leaves 0 at a rate rests where it decays at twice that.
  const bool onEdge = standsOnEdge(c);
  const double near = onEdge ? kSameAlong : kNearExponent;
  const Decision closer = decide(c, c.options, {near, 1, 1});
  const VerdictKind kind = closer.kind;
  std::string by = "eigenvalues that differ by " + shortText(near) + " taken for the same";
  if (onEdge) by += ": at λ = 1 the least change decides whether the teacher's states decay or grow";
  if (closer.decidedBy == DecidedBy::foresight) {
    // The student's run, which shows the difference, would be another one, too. But no student of a teacher
    // on the edge is on the same side of it in every draw.
    if (!onEdge || asItStands.decidedBy == DecidedBy::foresight) return {};
    return Turn{by, VerdictKind::faithful};
  }
  if (kind == asItStands.kind || kind == VerdictKind::undecided || (classOf(kind) == own && own != 0))
    return {};
  return Turn{by, kind};
}

// What a recording's student would claim if a threshold were 5 % higher or lower; empty if the same.
std::string turnOfRecording(const SystemEvidence& student, const VerdictOptions& options) {
  const auto claimed = [&](const VerdictOptions& by) {
    return claimInWords(student, modesAt(restingPlace(student), student, by), by);
  };
  const std::string own = claimed(options);
  for (const double factor : {1.05, 1 / 1.05}) {
    const std::string by = factor > 1 ? " 5 % higher it would be " : " 5 % lower it would be ";
    VerdictOptions other = options;
    other.persistentTau *= factor;
    if (const std::string turned = claimed(other); turned != own)
      return " Marginal: with a limit" + by + turned + ".";
    other = options;
    other.scoreThreshold *= factor;
    if (const std::string turned = claimed(other); turned != own)
      return " Marginal: with a threshold of the score" + by + turned + ".";
  }
  return {};
}

}  // namespace

bool hasCycle(const SystemEvidence& evidence) {
  if (evidence.attractors) return evidence.mayCycle && !evidence.attractors->stableCycles().empty();
  return oscillates(evidence);
}

bool isChaotic(const SystemEvidence& evidence) {
  return evidence.mayCycle && evidence.attractors && evidence.attractors->isChaotic();
}

bool isPart(const SystemEvidence& evidence) {
  return evidence.attractors && evidence.attractors->isPart();
}

bool oscillatesOpenly(const SystemEvidence& evidence) {
  if (!evidence.attractors || !oscillates(evidence) || hasCycle(evidence) || isChaotic(evidence))
    return false;
  // One that creeps round a ring is told.
  const auto& all = evidence.attractors->coexisting;
  return evidence.attractors->runs == 0 ||
         std::any_of(all.begin(), all.end(), [](const CoexistingAttractor& one) {
           return (one.kind == AttractorKind::unresolved || one.kind == AttractorKind::torus) &&
                  !one.runs.empty();
         });
}

// What both are left with is one cycle or several, or a ring: modes at an unstable 0 do not last.
bool sharesCyclesOrRings(const VerdictCase& c) {
  return (c.match && hasCycle(c.student) && hasCycle(c.teacher)) || shareOwnContinuum(c);
}

bool explainsNothing(const Foresight& foresight) {
  // Twice the variance, or twice what the right student is off by.
  const double least = kLeastExplained + 2 * std::min(foresight.rightExplains, 0.0);
  return foresight.explainedVariance <
         (std::isnan(foresight.rightExplains) ? foresight.rightExplains : least);
}

bool isLineAttractor(const SystemEvidence& evidence, const LastingModes& modes, double threshold) {
  return modes.single && !modes.leading.grows() && modes.score.value >= threshold &&
         !(evidence.attractors && !evidence.attractors->hasLine());
}

bool isSpurious(VerdictKind kind) {
  return kind == VerdictKind::spuriousPersistence || kind == VerdictKind::spuriousLineAttractor ||
         kind == VerdictKind::spuriousLimitCycle || kind == VerdictKind::spuriousContinuum;
}

Verdict judge(const std::optional<SystemEvidence>& teacher, const std::optional<SystemEvidence>& student,
              const std::string& whyNoStudent, const VerdictOptions& options) {
  Verdict verdict;
  if (!student) {
    verdict.sentence = "There is no student to judge: " + whyNoStudent + ".";
    return verdict;
  }
  if (!teacher) {
    const VerdictOptions own = judgedBySampling(options, student->spectrum.alpha);
    const LastingModes modes = modesAt(restingPlace(*student), *student, own);
    verdict.sentence = own.sampling
                           ? sentenceOfRecording(*student, modes, own, turnOfRecording(*student, own))
                           : sentenceAlone(*student, modes, own);
    if (isPart(*student)) verdict.sentence += " Its attractors are known in part: the search was stopped.";
    return verdict;
  }
  const VerdictCase c = caseOf(*teacher, *student, options);
  const Decision decision = decide(c, options, {});
  const std::optional<Turn> turn = turnOf(c, decision);
  verdict.leaning = decision.kind;
  verdict.kind = turn ? VerdictKind::marginal : decision.kind;
  verdict.spurious = isSpurious(verdict.kind);
  verdict.weakenedBy = decision.kind == VerdictKind::weakened ? decision.modes.weakened : 0;
  verdict.sentence = sentenceOf(c, decision, turn ? turn->by : "", turn ? turn->kind : decision.kind);
  return verdict;
}

std::string nameOf(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::faithful:
      return "faithful";
    case VerdictKind::weakened:
      return "weakened";
    case VerdictKind::marginal:
      return "marginal";
    case VerdictKind::spuriousPersistence:
      return "spurious persistence";
    case VerdictKind::spuriousLineAttractor:
      return "spurious line attractor";
    case VerdictKind::spuriousLimitCycle:
      return "spurious limit cycle";
    case VerdictKind::spuriousContinuum:
      return "spurious continuous attractor";
    case VerdictKind::missed:
      return "missed";
    case VerdictKind::undecided:
      return "undecided";
  }
  return "unknown";
}

}  // namespace keyhole
