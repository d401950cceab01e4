// The words of the verdict.
#include "core/analysis/verdict_case.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace keyhole {
namespace {

// λ near 1 needs more digits than three to be told from 1.
std::string eigenvalueNumber(double value) {
  char buffer[32];
  const bool nearOne = std::abs(value - 1.0) < 0.05;
  std::snprintf(buffer, sizeof buffer, nearOne ? "%.4f" : "%.3g", value);
  return buffer;
}

std::string capitals(VerdictKind kind) {
  std::string name = nameOf(kind);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::string times(double factor) {
  return std::isinf(factor) ? "infinitely many times" : shortText(factor) + " times";
}

std::string tauText(const LastingMode& mode, double alpha) {
  if (mode.grows()) return "unstable";
  if (mode.stands()) return "marginal";
  const bool bySteps = mapDiffers(mode.value, alpha);
  return "τ = " + shortText(bySteps ? mode.tau() : 1 / (1 - mode.value.real())) +
         (bySteps ? " in its steps" : "");
}

std::string leadingText(const char* symbol, const SystemEvidence& evidence, const LastingModes& modes,
                        const FixedPoint* place) {
  if (!modes.hasLeading) return std::string(symbol) + " unknown";
  return whereText(evidence, place) + std::string(symbol) + " = " + complexText(modes.leading.value) + ", " +
         tauText(modes.leading, evidence.spectrum.alpha);
}

std::string modeText(const LastingMode& mode, double alpha) {
  return "λ = " + complexText(mode.value) + ", " + tauText(mode, alpha);
}

// An affine system that grows rests nowhere.
std::string howItRests(const SystemEvidence& evidence, const LastingModes& modes) {
  return !evidence.mayCycle && modes.hasLeading && modes.leading.grows() ? "diverges" : "has one";
}

std::string countText(Index count) {
  return std::to_string(count) + (count == 1 ? " persistent mode" : " persistent modes");
}

std::string cycleText(const SystemEvidence& evidence) {
  const LimitSets* runs = evidence.limitSets ? &*evidence.limitSets : nullptr;
  const std::string period = "period " + shortText(periodOf(runs, evidence.attractors.get())) + " τ";
  if (!evidence.attractors)
    return std::to_string(runs->oscillating) + " of " + std::to_string(runs->kinds.size()) + " free runs, " +
           period;
  const LimitCycle& cycle = *evidence.attractors->stableCycles().front();
  std::string text = period;
  double strongest = 0;  // the largest multiplier besides the trivial one
  for (Index i = 0; i < cycle.multipliers.size(); ++i)
    if (i != cycle.trivial) strongest = std::max(strongest, std::abs(cycle.multipliers(i)));
  if (cycle.multipliers.size() > 1) text += ", multiplier " + shortText(strongest);
  return text;
}

// Stable points of rest; where there are continuous attractors those that are not pinned on one.
Index pointsTold(const SystemEvidence& evidence) {
  if (!evidence.attractors || evidence.attractors->continua.empty()) return pointsOfRest(evidence);
  return static_cast<Index>(evidence.attractors->isolatedStablePoints().size());
}

// What the modes do not tell of, and a plane, of which they tell the directions alone. Null: none.
const SlowManifold* continuumToName(const SystemEvidence& evidence, const FixedPoint* place) {
  if (const SlowManifold* own = ownContinuum(evidence, place)) return own;
  if (!evidence.mayCycle || !evidence.attractors || evidence.attractors->continua.empty()) return nullptr;
  const SlowManifold& first = evidence.attractors->continua.front();
  return first.status == SlowManifoldStatus::plane ? &first : nullptr;
}

std::string continuaText(const SystemEvidence& evidence, const SlowManifold& named) {
  std::string text = continuumText(named);
  const std::size_t others = evidence.attractors->continua.size() - 1;
  if (others > 0) text += " and " + std::to_string(others) + " more";
  return text;
}

std::string whatItHas(const char* symbol, const SystemEvidence& evidence, const LastingModes& modes,
                      const FixedPoint* place, const VerdictOptions& options) {
  const std::string leading = leadingText(symbol, evidence, modes, place);
  std::string text;
  if (hasCycle(evidence))
    text = "a limit cycle (" + cycleText(evidence) + "; " + leading + ")";
  else if (isChaotic(evidence))
    text = "chaos (Lyapunov exponent " + shortText(evidence.attractors->exponents.exponents(0)) + " per τ; " +
           leading + ")";
  else if (const SlowManifold* named = continuumToName(evidence, place))
    text = continuaText(evidence, *named);
  else if (isLineAttractor(evidence, modes, options.scoreThreshold))
    text = "an approximate line attractor (score " + shortText(modes.score.value) + "; " + leading +
           offActivity(evidence, shortText(evidence.shownTau) + " τ") + ")";
  else if (modes.persistent > 0)
    text = countText(modes.persistent) + " (" + leading + ")";
  else
    text = "no persistent mode (" + leading + ")";
  return text + manyPoints(evidence) + stepCyclesText(evidence);
}

std::string somePoints(Index count) {
  return count == 1 ? "one point that is" : std::to_string(count) + " points that are";
}

// Why persistence was not called a line attractor: the blind spots of the score, and more than one mode.
std::string whyNoLine(const VerdictCase& c) {
  const LastingModes& modes = c.studentModes;
  if (isLineAttractor(c.student, modes, c.options.scoreThreshold) || modes.persistent == 0) return {};
  const std::string begin = " It is no line attractor: ";
  if (modes.leading.grows()) return begin + "the leading mode is unstable, to which the score is blind.";
  if (modes.leading.value.imag() != 0.0)
    return begin + "the leading pair is complex, so its score is 0 by construction.";
  if (modes.persistent > 1)
    return begin + "several modes persist (score " + shortText(modes.score.value) + ").";
  if (!modes.single) return begin + "the leading mode changes sign at every step.";
  if (!(modes.score.value >= c.options.scoreThreshold))
    return begin + "its score " + shortText(modes.score.value) + " is below " +
           shortText(c.options.scoreThreshold) + ".";
  return begin + "no line of slow points was found along the mode (" +
         nameOf(c.student.attractors->line.status) + ").";
}

bool isOfOneDimension(const SystemEvidence& evidence) {
  return evidence.attractors->continua.front().directions.cols() == 1;
}

std::string spuriousEnding(const VerdictCase& c, const Decision& decision) {
  if (decision.decidedBy == DecidedBy::cycles)
    return hasCycle(c.teacher) ? ". It has another period or place than the teacher's." : ".";
  if (decision.decidedBy == DecidedBy::steps)
    return ". In steps of α it goes round where the teacher does not.";
  if (decision.decidedBy == DecidedBy::continua) {
    const std::string kind = c.unpaired.studentContinuum->title();
    return c.unpaired.teacherContinuum ? ". The teacher's is another one."
                                       : ". The teacher has no " + kind + " there.";
  }
  if (decision.decidedBy == DecidedBy::points)
    return c.unpaired.studentPoints > 0
               ? ". It rests at " + somePoints(c.unpaired.studentPoints) + " none of the teacher's."
               : ". The student remembers at which point it rests; the teacher " +
                     howItRests(c.teacher, c.teacherModes) + ".";
  if (decision.decidedBy == DecidedBy::directions)
    return std::string(isOfOneDimension(c.student) ? ". It lies" : ". One direction of it lies") +
           " across the teacher's: " + (c.along < 1e-3 ? "none" : shortText(100 * c.along) + " %") +
           " of it is along that one.";
  if (decision.modes.exaggerated > 0 && decision.kind != VerdictKind::spuriousContinuum)
    return ", " + times(decision.modes.exaggerated) + " as long as the teacher's." + whyNoLine(c);
  const auto& mode = decision.modes.madeUpMode;
  if (!mode || c.teacherModes.persistent == 0) return "." + whyNoLine(c);
  const std::string own = modeText(*mode, c.student.spectrum.alpha);
  return (decision.modes.fewInTeacher
              ? ". The teacher has fewer modes like its " + own
              : ". Nothing of the teacher's " + std::string(mode->grows() ? "grows" : "lasts") +
                    " like its " + own) +
         "." + whyNoLine(c);
}

std::string missedEnding(const VerdictCase& c, const Decision& decision) {
  if (decision.decidedBy == DecidedBy::foresight) {
    const Foresight& foresight = c.student.foresight;
    if (explainsNothing(foresight))
      return ". The student makes nothing up, but foresees nothing (explained variance " +
             shortText(foresight.explainedVariance) + ").";
    const std::string where = c.teacherPlace || c.studentPlace ? " at 0" : "";
    return ". The student makes nothing up, but has less than half of the teacher's dynamics" + where + " (" +
           shortText(foresight.hasTheDynamics) + ").";
  }
  if (decision.decidedBy == DecidedBy::cycles)
    return hasCycle(c.student) ? ". The student's has another period or place."
                               : ". The student settles on no cycle.";
  if (decision.decidedBy == DecidedBy::steps) return ". In steps of α the student does not go round there.";
  if (decision.decidedBy == DecidedBy::continua)
    return ". The student has no " + c.unpaired.teacherContinuum->title() + " there.";
  if (decision.decidedBy == DecidedBy::points && c.unpaired.teacherPoints > 0)
    return ". The teacher rests at " + somePoints(c.unpaired.teacherPoints) + " none of the student's.";
  if (decision.decidedBy == DecidedBy::points)
    return ". The teacher remembers at which point it rests; the student " +
           howItRests(c.student, c.studentModes) + ".";
  if (const auto& mode = decision.modes.missedMode) {
    const std::string own = modeText(*mode, c.teacher.spectrum.alpha);
    if (decision.modes.fewInStudent) return ". The student has fewer modes like the teacher's " + own + ".";
    return ". Nothing of the student's " + std::string(mode->grows() ? "grows" : "lasts") +
           " like the teacher's " + own + ".";
  }
  return ".";
}

// " lasts 2.7 times as long as the teacher's" where it is worth saying; else empty.
std::string factorText(double longer, double shorter, double from) {
  if (std::max(longer, shorter) < from) return {};
  return longer > shorter ? " lasts " + times(longer) + " as long as the teacher's"
                          : " lasts " + times(shorter) + " less long than the teacher's";
}

// Of two that last alike one may persist and the other not; and what is let pass as the same is said.
std::string faithfulEnding(const VerdictCase& c, const ModeMatch& modes) {
  constexpr double kWorthSaying = 1.5;
  if (sharesCyclesOrRings(c)) return ".";
  const VerdictOptions& options = c.options;
  const std::string threshold = shortText(options.persistentTau) + " τ";
  if (c.studentModes.persistent == 0 && c.teacherModes.persistent == 0) {
    const double student = c.studentModes.leading.tau(), teacher = c.teacherModes.leading.tau();
    if (!(std::max(student, teacher) * options.exaggeration > options.persistentTau)) return ".";
    const std::string factor = factorText(student / teacher, teacher / student, options.exaggeration);
    return factor.empty() ? "." : ". Neither lasts " + threshold + ", but its slowest mode" + factor + ".";
  }
  const std::string factor = factorText(modes.longer, modes.shorter, kWorthSaying);
  const std::string allowed = factor.empty() ? ""
                                             : " A mode of it" + factor + "; up to " +
                                                   times(options.exaggeration) + " counts as the same.";
  if (c.studentModes.persistent == c.teacherModes.persistent) return "." + allowed;
  return ". Their modes last alike: the threshold of " + threshold + " lies between them." + allowed;
}

// "2 of the student's points of rest have no counterpart"
std::string pointsAlone(const Unpaired& unpaired) {
  const auto of = [](Index count, const char* whose) {
    return std::to_string(count) + " of the " + whose + " points of rest";
  };
  const Index student = unpaired.studentPoints, teacher = unpaired.teacherPoints;
  std::string text = student > 0 ? of(student, "student's") : "";
  if (student > 0 && teacher > 0) text += " and ";
  if (teacher > 0) text += of(teacher, "teacher's");
  return text + (student + teacher == 1 ? " has no counterpart" : " have no counterpart");
}

std::string undecidedEnding(const VerdictCase& c, UndecidedBy why) {
  const std::string because = ": UNDECIDED, because ";
  switch (why) {
    case UndecidedBy::stopped:
      return because + "the search for attractors of the " + (isPart(c.teacher) ? "teacher" : "student") +
             " was stopped.";
    case UndecidedBy::pending:
      return ". Whether they settle on limit cycles is not known yet.";
    case UndecidedBy::openOrbit:
      return because + "free runs of the " + (oscillatesOpenly(c.teacher) ? "teacher" : "student") +
             " oscillate, but no closed orbit was found from them.";
    case UndecidedBy::chaos:
      return because + "modes do not describe chaos.";
    case UndecidedBy::growth:
      return because + "both diverge, and what grows outruns what lasts.";
    case UndecidedBy::otherPoints:
      return because + "eigenvalues at 0 do not tell what happens at other points of rest.";
    case UndecidedBy::search:
      return because + pointsAlone(c.unpaired) + ", which the search may have missed.";
    case UndecidedBy::rounding:
    case UndecidedBy::nothing:
      break;
  }
  const bool ofTeacher = c.teacherModes.undetermined > 0;
  const Index count = ofTeacher ? c.teacherModes.undetermined : c.studentModes.undetermined;
  return because + std::to_string(count) + " of the " + (ofTeacher ? "teacher's" : "student's") +
         " eigenvalues " + (count == 1 ? "is" : "are") + " undetermined: rounding alone could move " +
         (count == 1 ? "it" : "them") + " across the threshold.";
}

std::string ending(const VerdictCase& c, const Decision& decision) {
  switch (decision.kind) {
    case VerdictKind::undecided:
      return undecidedEnding(c, decision.undecidedBy);
    case VerdictKind::weakened:
      if (std::isinf(decision.modes.weakened))
        return ": WEAKENED, its mode decays, and the teacher's does not.";
      return ": WEAKENED, its mode lasts " + times(decision.modes.weakened) + " less long.";
    case VerdictKind::missed:
      return ": MISSED" + missedEnding(c, decision);
    case VerdictKind::faithful:
    case VerdictKind::marginal:
      return ": FAITHFUL" + faithfulEnding(c, decision.modes);
    case VerdictKind::spuriousPersistence:
    case VerdictKind::spuriousLineAttractor:
    case VerdictKind::spuriousLimitCycle:
    case VerdictKind::spuriousContinuum:
      break;
  }
  return ": " + capitals(decision.kind) + spuriousEnding(c, decision);
}

}  // namespace

std::string whereText(const SystemEvidence& evidence, const FixedPoint* place) {
  if (!evidence.discreteState.empty()) return "in " + evidence.discreteState + ": ";
  if (!place || place->local.eigenvalues.size() == 0) return {};
  return pointsOfRest(evidence) > 1 ? "at one of its points of rest: " : "at its point of rest: ";
}

bool isRing(const SystemEvidence& evidence) {
  return evidence.attractors && evidence.attractors->line.status == SlowManifoldStatus::ring;
}

std::string offActivity(const SystemEvidence& evidence, const std::string& shown) {
  if (!evidence.attractors || !evidence.attractors->hasLine()) return {};
  const double share = evidence.attractors->line.alignment.varianceShare;
  if (!std::isfinite(share)) return {};  // no activity is known
  return "; " + shortText(100 * share) + " % of the activity " +
         (evidence.shownTau > 0 ? "of the first " + shown + " " : "") + "along it";
}

std::string manyPoints(const SystemEvidence& evidence) {
  const Index points = pointsTold(evidence);
  if (points <= 1) return {};
  const bool maybeMore =
      evidence.attractors && evidence.attractors->points.census.completeness != Completeness::certified;
  return " and " + std::string(maybeMore ? "at least " : "") + std::to_string(points) + " points of rest";
}

std::string periodText(const SystemEvidence& evidence, const Sampling& sampling) {
  const double alpha = evidence.spectrum.alpha;
  const LimitSets* runs = evidence.limitSets ? &*evidence.limitSets : nullptr;
  const double period = periodOf(runs, evidence.attractors.get());
  const std::string text = "period " + stepsText(period, alpha, sampling);
  if (evidence.attractors) return text;
  return std::to_string(runs->oscillating) + " of " + std::to_string(runs->kinds.size()) + " free runs, " +
         text;
}

std::string shortText(double value) {
  return threeDigits(value);
}

std::string complexText(std::complex<double> value) {
  std::string text = eigenvalueNumber(value.real());
  if (value.imag() != 0.0) text += " ± " + shortText(std::abs(value.imag())) + "i";
  return text;
}

std::string sentenceOf(const VerdictCase& c, const Decision& decision, const std::string& turnedBy,
                       VerdictKind turned) {
  const std::string begin =
      "The student claims " + whatItHas("λ", c.student, c.studentModes, c.studentPlace, c.options) +
      "; the teacher has " + whatItHas("λ", c.teacher, c.teacherModes, c.teacherPlace, c.options);
  if (turnedBy.empty()) return begin + ending(c, decision);
  return begin + ": MARGINAL, " + nameOf(decision.kind) + " as it stands, but " + nameOf(turned) + " with " +
         turnedBy + ".";
}

std::string sentenceAlone(const SystemEvidence& student, const LastingModes& modes,
                          const VerdictOptions& options) {
  return "The student claims " + whatItHas("λ", student, modes, restingPlace(student), options) +
         ". What the circuit behind the recording has is not known: UNDECIDED.";
}

}  // namespace keyhole
