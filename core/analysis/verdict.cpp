#include "core/analysis/verdict.h"

#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace keyhole {
namespace {

// The persistent modes of a system: those with τ above the threshold, or unstable.
struct Persistence {
  Index count = 0;         // a complex pair counts as two
  Index undetermined = 0;  // of the persistent ones and the leading one
  std::complex<double> leading;
  bool single = false;  // exactly one, real
  LineAttractorScore score;
  std::vector<std::complex<double>> modes;
};

bool persists(std::complex<double> value, double tau) {
  return value.real() > 1.0 - 1.0 / tau;
}

Persistence persistenceOf(const Spectrum& spectrum, double tau) {
  Persistence found;
  if (spectrum.values.size() > 0) found.leading = spectrum.values(0);
  for (Index i = 0; i < spectrum.values.size(); ++i) {
    if (!persists(spectrum.values(i), tau)) continue;
    ++found.count;
    found.modes.push_back(spectrum.values(i));
    if (spectrum.undetermined[static_cast<std::size_t>(i)]) ++found.undetermined;
  }
  if (found.count == 0 && spectrum.values.size() > 0 && spectrum.undetermined.front()) ++found.undetermined;
  found.score = lineAttractorScore(spectrum);
  found.single = found.count == 1 && found.leading.imag() == 0.0;
  return found;
}

// How many modes of each system have no counterpart in the other, and by how much the matched ones differ.
struct Unmatched {
  Index student = 0, teacher = 0;
  double exaggerated = 0;  // the student's τ over the teacher's, of the most exaggerated mode; 0: none is
  double weakened = 0;     // the teacher's τ over the student's, of the most weakened one; 0: none is
};

double ratioOfTaus(std::complex<double> longer, std::complex<double> shorter) {
  return (1 - shorter.real()) / (1 - longer.real());
}

// Pairs every mode of the student with the nearest free one of the teacher of the same frequency. Two
// persistent modes whose frequencies differ by less than their rate of decay, at most 1/τ, can't be told
// apart.
Unmatched unmatched(const Persistence& teacher, const Persistence& student, const VerdictOptions& options) {
  const double tau = options.persistentTau;
  auto candidates = teacher.modes;
  Unmatched result;
  for (const auto& mode : student.modes) {
    auto best = candidates.end();
    for (auto it = candidates.begin(); it != candidates.end(); ++it) {
      const bool sameKind = (it->imag() == 0.0) == (mode.imag() == 0.0);
      if (!sameKind || std::abs(it->imag() - mode.imag()) > 1.0 / tau) continue;
      if (best == candidates.end() || std::abs(*it - mode) < std::abs(*best - mode)) best = it;
    }
    if (best == candidates.end()) {
      ++result.student;
      continue;
    }
    if (mode.real() < 1 && best->real() < 1) {
      const double exaggerated = ratioOfTaus(mode, *best), weakened = ratioOfTaus(*best, mode);
      if (exaggerated > options.exaggeration) ++result.student;
      if (exaggerated > options.exaggeration) result.exaggerated = std::max(result.exaggerated, exaggerated);
      if (weakened > options.exaggeration) result.weakened = std::max(result.weakened, weakened);
    }
    candidates.erase(best);
  }
  result.teacher = static_cast<Index>(candidates.size());
  return result;
}

std::string number(double value) {
  char buffer[32];
  const bool wholeIsEnough = std::abs(value) >= 999.5 && std::abs(value) < 1e5;  // "1000", not "1e+03"
  std::snprintf(buffer, sizeof buffer, wholeIsEnough ? "%.0f" : "%.3g", value);
  return buffer;
}

// λ near 1 needs more digits than three to be told from 1.
std::string eigenvalueNumber(double value) {
  char buffer[32];
  const bool nearOne = std::abs(value - 1.0) < 0.05;
  std::snprintf(buffer, sizeof buffer, nearOne ? "%.4f" : "%.3g", value);
  return buffer;
}

std::string tauText(std::complex<double> value) {
  if (value.real() >= 1.0) return "unstable";
  return "τ = " + number(1.0 / (1.0 - value.real()));
}

std::string modes(Index count) {
  return std::to_string(count) + (count == 1 ? " persistent mode" : " persistent modes");
}

std::string leadingText(const char* symbol, const Persistence& p) {
  return std::string(symbol) + " = " + complexText(p.leading) + ", " + tauText(p.leading);
}

bool oscillates(const SystemEvidence& evidence) {
  return evidence.mayCycle && evidence.limitSets && evidence.limitSets->oscillating > 0;
}

bool hasCycle(const SystemEvidence& evidence) {
  if (evidence.attractors) return evidence.mayCycle && !evidence.attractors->stableCycles().empty();
  return oscillates(evidence);
}

bool isChaotic(const SystemEvidence& evidence) {
  return evidence.mayCycle && evidence.attractors && evidence.attractors->isChaotic();
}

// Free runs go round, but on what is not known.
bool oscillatesOpenly(const SystemEvidence& evidence) {
  return evidence.attractors && oscillates(evidence) && !hasCycle(evidence) && !isChaotic(evidence);
}

// The stable points of rest; of a system whose attractors were not looked for, where its free runs rest.
Index pointsOfRest(const SystemEvidence& evidence) {
  if (!evidence.mayCycle) return 1;
  if (evidence.attractors) return static_cast<Index>(evidence.attractors->stablePoints().size());
  return evidence.limitSets ? evidence.limitSets->restingPoints : 1;
}

bool isLineAttractor(const SystemEvidence& evidence, const Persistence& p, double threshold) {
  return p.single && p.leading.real() <= 1.0 && p.score.status != ScoreStatus::unstable &&
         p.score.value >= threshold && !(evidence.attractors && !evidence.attractors->hasLine());
}

// The spectrum where the system rests: at 0, or where most starts led.
Spectrum decidingSpectrum(const SystemEvidence& evidence) {
  if (!evidence.mayCycle || !evidence.attractors || hasCycle(evidence)) return evidence.spectrum;
  const auto stable = evidence.attractors->stablePoints();
  const auto isOrigin = [](const FixedPoint* point) { return point->position.norm() < 1e-6; };
  if (stable.empty() || std::any_of(stable.begin(), stable.end(), isOrigin)) return evidence.spectrum;
  Spectrum there;
  const Linearisation& local = stable.front()->local;
  there.values = local.eigenvalues;
  if (local.furtherZeros > 0) {
    there.values.conservativeResizeLike(ComplexVector::Zero(there.values.size() + local.furtherZeros));
    orderByRealPart(there.values);
  }
  there.undetermined.assign(static_cast<std::size_t>(there.values.size()), false);
  return there;
}

std::string cycleText(const SystemEvidence& evidence) {
  if (!evidence.attractors)
    return std::to_string(evidence.limitSets->oscillating) + " of " +
           std::to_string(evidence.limitSets->kinds.size()) + " free runs, period " +
           number(evidence.limitSets->period) + " τ";
  const LimitCycle& cycle = *evidence.attractors->stableCycles().front();
  std::string text = "period " + number(cycle.period) + " τ";
  double strongest = 0;  // the largest multiplier besides the trivial one
  for (Index i = 0; i < cycle.multipliers.size(); ++i)
    if (i != cycle.trivial) strongest = std::max(strongest, std::abs(cycle.multipliers(i)));
  if (cycle.multipliers.size() > 1) text += ", multiplier " + number(strongest);
  return text;
}

bool isRing(const SystemEvidence& evidence) {
  return evidence.attractors && evidence.attractors->line.status == SlowManifoldStatus::ring;
}

// The tell-tale of a line that the fit made up: the activity does not lie along it.
std::string offActivity(const SystemEvidence& evidence) {
  if (!evidence.attractors || !evidence.attractors->hasLine()) return {};
  const double share = evidence.attractors->line.alignment.varianceShare;
  return "; " + number(100 * share) + " % of the activity along it";
}

std::string whatItHas(const char* symbol, const SystemEvidence& evidence, const Persistence& p,
                      const VerdictOptions& options) {
  std::string text;
  if (hasCycle(evidence))
    text = "a limit cycle (" + cycleText(evidence) + "; " + leadingText(symbol, p) + ")";
  else if (isChaotic(evidence))
    text = "chaos (Lyapunov exponent " + number(evidence.attractors->exponents.exponents(0)) + " per τ; " +
           leadingText(symbol, p) + ")";
  else if (isLineAttractor(evidence, p, options.scoreThreshold))
    text = std::string("an approximate ") + (isRing(evidence) ? "ring" : "line") + " attractor (score " +
           number(p.score.value) + "; " + leadingText(symbol, p) + offActivity(evidence) + ")";
  else if (p.count > 0)
    text = modes(p.count) + " (" + leadingText(symbol, p) + ")";
  else
    text = "no persistent mode (" + leadingText(symbol, p) + ")";
  if (pointsOfRest(evidence) > 1)
    text += " and " + std::to_string(pointsOfRest(evidence)) + " points of rest";
  return text;
}

struct Comparison {
  const SystemEvidence& teacher;
  const SystemEvidence& student;
  Persistence teacherModes, studentModes;
  Unmatched alone;
  const VerdictOptions& options;
};

bool cyclesPending(const Comparison& c) {
  return c.teacher.cyclesPending || c.student.cyclesPending;
}

VerdictKind kindOf(const Comparison& c) {
  if (cyclesPending(c)) return VerdictKind::undecided;
  if (c.teacherModes.undetermined > 0 || c.studentModes.undetermined > 0) return VerdictKind::undecided;
  if (oscillatesOpenly(c.student) || oscillatesOpenly(c.teacher)) return VerdictKind::undecided;
  if (isChaotic(c.student) != isChaotic(c.teacher)) return VerdictKind::undecided;
  if (hasCycle(c.student) && !hasCycle(c.teacher)) return VerdictKind::spuriousLimitCycle;
  if (hasCycle(c.teacher) && !hasCycle(c.student)) return VerdictKind::missed;
  const Index ofStudent = pointsOfRest(c.student), ofTeacher = pointsOfRest(c.teacher);
  if (!hasCycle(c.student) && (ofStudent > 1 || ofTeacher > 1)) {
    if (!c.student.attractors || !c.teacher.attractors) return VerdictKind::undecided;
    if (ofStudent > ofTeacher) return VerdictKind::spuriousPersistence;
    if (ofStudent < ofTeacher) return VerdictKind::missed;
  }
  const double threshold = c.options.scoreThreshold;
  const bool claimsLine = isLineAttractor(c.student, c.studentModes, threshold);
  if (c.alone.student > 0)
    return claimsLine && !isLineAttractor(c.teacher, c.teacherModes, threshold)
               ? VerdictKind::spuriousLineAttractor
               : VerdictKind::spuriousPersistence;
  if (c.alone.teacher > 0) return VerdictKind::missed;
  return VerdictKind::faithful;
}

// Why persistence was not called a line attractor: the two blind spots of the score, and more than one mode.
std::string whyNoLine(const Comparison& c) {
  const auto& p = c.studentModes;
  if (c.student.mayCycle && pointsOfRest(c.student) > pointsOfRest(c.teacher))
    return " It remembers at which point it rests; the teacher has " +
           std::string(pointsOfRest(c.teacher) == 1 ? "one." : "fewer.");
  if (p.leading.real() > 1.0)
    return " It is no line attractor: the leading mode is unstable, to which the score is blind.";
  if (p.leading.imag() != 0.0)
    return " It is no line attractor: the leading pair is complex, so its score is 0 by construction.";
  if (p.count > 1)
    return " It is no line attractor: several modes persist (score " + number(c.studentModes.score.value) +
           ").";
  if (c.student.attractors && !c.student.attractors->hasLine() &&
      c.studentModes.score.value >= c.options.scoreThreshold)
    return " It is no line attractor: no line of slow points was found along the mode (" +
           nameOf(c.student.attractors->line.status) + ").";
  return " It is no line attractor: its score " + number(c.studentModes.score.value) + " is below " +
         number(c.options.scoreThreshold) + ".";
}

std::string ending(VerdictKind kind, const Comparison& c) {
  switch (kind) {
    case VerdictKind::faithful:
      return ": FAITHFUL" + (c.alone.weakened > 0
                                 ? ", though its mode lasts " + number(c.alone.weakened) + " times less long."
                                 : std::string("."));
    case VerdictKind::missed:
      return ": MISSED.";
    case VerdictKind::spuriousLimitCycle:
      return ": SPURIOUS LIMIT CYCLE.";
    case VerdictKind::spuriousLineAttractor:
      return ": SPURIOUS LINE ATTRACTOR.";
    case VerdictKind::spuriousPersistence:
      return ": SPURIOUS PERSISTENCE" +
             (c.alone.exaggerated > 0
                  ? ", " + number(c.alone.exaggerated) + " times as long as the teacher's."
                  : std::string(".")) +
             whyNoLine(c);
    case VerdictKind::undecided:
      break;
  }
  if (cyclesPending(c)) return ". Whether they settle on limit cycles is not known yet.";
  for (const SystemEvidence* evidence : {&c.teacher, &c.student})
    if (oscillatesOpenly(*evidence))
      return std::string(": UNDECIDED, because free runs of the ") +
             (evidence == &c.teacher ? "teacher" : "student") +
             " oscillate, but no closed orbit was found from them.";
  if (isChaotic(c.teacher) != isChaotic(c.student))
    return ": UNDECIDED, because modes do not describe chaos.";
  if (c.teacherModes.undetermined == 0 && c.studentModes.undetermined == 0)
    return ": UNDECIDED, because eigenvalues at 0 do not tell what happens at other points of rest.";
  const bool ofTeacher = c.teacherModes.undetermined > 0;
  return std::string(": UNDECIDED, because ") +
         std::to_string(ofTeacher ? c.teacherModes.undetermined : c.studentModes.undetermined) + " of the " +
         (ofTeacher ? "teacher's" : "student's") +
         " leading eigenvalues are undetermined (rounding alone could move them that far).";
}

std::string undecidedAlone(const std::optional<SystemEvidence>& student, const std::string& whyNoStudent,
                           const VerdictOptions& options) {
  if (!student) return "There is no student to judge: " + whyNoStudent + ".";
  const auto p = persistenceOf(decidingSpectrum(*student), options.persistentTau);
  return "The student claims " + whatItHas("λ", *student, p, options) +
         ". What the circuit behind the recording has is not known: UNDECIDED.";
}

}  // namespace

Verdict judge(const std::optional<SystemEvidence>& teacher, const std::optional<SystemEvidence>& student,
              const std::string& whyNoStudent, const VerdictOptions& options) {
  if (!teacher || !student)
    return {VerdictKind::undecided, false, undecidedAlone(student, whyNoStudent, options)};
  const auto teacherModes = persistenceOf(decidingSpectrum(*teacher), options.persistentTau);
  const auto studentModes = persistenceOf(decidingSpectrum(*student), options.persistentTau);
  const Comparison comparison{
      *teacher, *student, teacherModes, studentModes, unmatched(teacherModes, studentModes, options),
      options};
  Verdict verdict;
  verdict.kind = kindOf(comparison);
  verdict.spurious = verdict.kind == VerdictKind::spuriousPersistence ||
                     verdict.kind == VerdictKind::spuriousLineAttractor ||
                     verdict.kind == VerdictKind::spuriousLimitCycle;
  verdict.sentence = "The student claims " + whatItHas("λ", *student, comparison.studentModes, options) +
                     "; the teacher has " + whatItHas("λ", *teacher, comparison.teacherModes, options) +
                     ending(verdict.kind, comparison);
  return verdict;
}

std::string nameOf(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::faithful:
      return "faithful";
    case VerdictKind::spuriousPersistence:
      return "spurious persistence";
    case VerdictKind::spuriousLineAttractor:
      return "spurious line attractor";
    case VerdictKind::spuriousLimitCycle:
      return "spurious limit cycle";
    case VerdictKind::missed:
      return "missed";
    case VerdictKind::undecided:
      return "undecided";
  }
  return "unknown";
}

std::string complexText(std::complex<double> value) {
  std::string text = eigenvalueNumber(value.real());
  if (value.imag() != 0.0) text += " ± " + number(std::abs(value.imag())) + "i";
  return text;
}

}  // namespace keyhole
