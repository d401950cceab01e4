// What the rules of the verdict and its words share: internals of verdict.h.
#pragma once

#include "core/analysis/verdict.h"

namespace keyhole {

// What a student explains, and has of the dynamics, below which it is not praised.
constexpr double kLeastExplained = -1, kLeastDynamics = 0.5;

enum class UndecidedBy { nothing, pending, rounding, openOrbit, chaos, growth, otherPoints, search };
enum class DecidedBy { modes, cycles, points, foresight };

// Stable points of rest (and cycles) without counterpart.
struct Unpaired {
  Index studentPoints = 0, teacherPoints = 0, studentCycles = 0, teacherCycles = 0;
};

struct VerdictCase {
  const SystemEvidence& teacher;
  const SystemEvidence& student;
  const VerdictOptions& options;
  std::optional<AttractorMatch> match;  // where both have attractors and one of the two is nonlinear
  Unpaired unpaired;
  LastingModes teacherModes, studentModes;
};

struct Decision {
  VerdictKind kind = VerdictKind::undecided;
  UndecidedBy undecidedBy = UndecidedBy::nothing;
  DecidedBy decidedBy = DecidedBy::modes;
  ModeMatch modes;
};

bool hasCycle(const SystemEvidence& evidence);
bool isChaotic(const SystemEvidence& evidence);
bool oscillatesOpenly(const SystemEvidence& evidence);  // free runs go round, but on what is not known
Index pointsOfRest(const SystemEvidence& evidence);     // stable ones; of an affine system 1
bool isLineAttractor(const SystemEvidence& evidence, const LastingModes& modes, double threshold);

// "The student claims …; the teacher has …" and the verdict. turnedBy: of a marginal one what turns it, and
// into what.
std::string sentenceOf(const VerdictCase& c, const Decision& decision, const std::string& turnedBy,
                       VerdictKind turned);
std::string sentenceAlone(const SystemEvidence& student, const LastingModes& modes,
                          const VerdictOptions& options);
// The same with options.sampling.
std::string sentenceOfRecording(const SystemEvidence& student, const LastingModes& modes,
                                const VerdictOptions& options);
// Parts of what a system has.
bool isRing(const SystemEvidence& evidence);
std::string offActivity(const SystemEvidence& evidence);  // the tell-tale of a line that the fit made up
std::string manyPoints(const SystemEvidence& evidence);   // " and at least 4 points of rest", or nothing
std::string periodText(const SystemEvidence& evidence, const Sampling& sampling);  // of its cycle, in steps
std::string shortText(double value);                                               // three significant digits

}  // namespace keyhole
