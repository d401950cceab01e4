// What the rules of the verdict and its words share: internals of verdict.h.
#pragma once

#include "core/analysis/verdict.h"

namespace keyhole {

// What a student explains, and has of the dynamics, below which it is not praised.
constexpr double kLeastExplained = -1, kLeastDynamics = 0.5;
// Of a line or plane, how much must lie along the teacher's for the two to be one.
constexpr double kLeastAlong = 0.5;

enum class UndecidedBy { nothing, stopped, pending, rounding, openOrbit, chaos, growth, otherPoints, search };
enum class DecidedBy { modes, directions, cycles, steps, continua, points, foresight };

// Stable points of rest, cycles and continuous attractors without counterpart.
struct Unpaired {
  Index studentPoints = 0, teacherPoints = 0, studentCycles = 0, teacherCycles = 0;
  Index studentStepCycles = 0, teacherStepCycles = 0;  // cycles of a few steps (step_cycles.h)
  // The most extended of those that the modes do not tell of; null: none.
  const SlowManifold *studentContinuum = nullptr, *teacherContinuum = nullptr;
};

struct VerdictCase {
  const SystemEvidence& teacher;
  const SystemEvidence& student;
  const VerdictOptions& options;
  std::optional<AttractorMatch> match;  // where both have attractors and one of the two is nonlinear
  Unpaired unpaired;
  LastingModes teacherModes, studentModes;
  const FixedPoint *teacherPlace = nullptr, *studentPlace = nullptr;  // where these are the modes; null: at 0
  // The square of the cosine between the lines or planes that both have there; 1: not to be compared.
  double along = 1;
};

struct Decision {
  VerdictKind kind = VerdictKind::undecided;
  UndecidedBy undecidedBy = UndecidedBy::nothing;
  DecidedBy decidedBy = DecidedBy::modes;
  ModeMatch modes;
};

bool hasCycle(const SystemEvidence& evidence);
bool isChaotic(const SystemEvidence& evidence);
bool isPart(const SystemEvidence& evidence);            // the user stopped the search for its attractors
bool oscillatesOpenly(const SystemEvidence& evidence);  // free runs go round, but on what is not known
Index pointsOfRest(const SystemEvidence& evidence);     // stable ones; of an affine system 1
bool isLineAttractor(const SystemEvidence& evidence, const LastingModes& modes, double threshold);
// Where the modes that are compared are looked at, unless both systems have another point in common. Null: 0.
const FixedPoint* restingPlace(const SystemEvidence& evidence);

// Of verdict_continua.cpp.
// Modes at `place` say nothing of a ring, nor of a line or plane that does not pass through it.
bool isToldByModes(const SlowManifold& one, const FixedPoint* place);
// The most extended one that modes at `place` do not tell of; null: none.
const SlowManifold* ownContinuum(const SystemEvidence& evidence, const FixedPoint* place);
// Both rest at one place, nowhere else for good: there the modes tell of slow lines and planes, with degrees.
bool restAtOnePlace(const VerdictCase& c);
void findUnpaired(VerdictCase& c);               // c.match, places and modes are known
double alongEachOther(const VerdictCase& c);     // VerdictCase::along; places are known
bool sharesCyclesOrRings(const VerdictCase& c);  // what both are left with, so that modes at 0 do not last
bool explainsNothing(const Foresight& foresight);
bool shareContinuum(const VerdictCase& c);     // one or more are paired
bool shareOwnContinuum(const VerdictCase& c);  // … of those that modes do not tell of
std::string continuumText(
    const SlowManifold& one);  // "a ring attractor (extent 21.7, at most 0.003 per τ along it)"

// Of verdict_steps.cpp.
bool hasStepCycle(const SystemEvidence& evidence);  // its steps end on a cycle of a few of them
// Attractors of both are known.
Index unpairedStepCycles(const SystemEvidence& own, const SystemEvidence& other);
std::string stepCyclesText(const SystemEvidence& evidence);  // " and a cycle of 2 steps", or nothing

// "The student claims …; the teacher has …" and the verdict. turnedBy: of a marginal one what turns it, and
// into what.
std::string sentenceOf(const VerdictCase& c, const Decision& decision, const std::string& turnedBy,
                       VerdictKind turned);
std::string sentenceAlone(const SystemEvidence& student, const LastingModes& modes,
                          const VerdictOptions& options);
// The same with options.sampling. turned: what turns at a threshold nearby, a sentence, or empty.
std::string sentenceOfRecording(const SystemEvidence& student, const LastingModes& modes,
                                const VerdictOptions& options, const std::string& turned);
// What is claimed there, without numbers but of modes: "2 modes that last".
std::string claimInWords(const SystemEvidence& student, const LastingModes& modes,
                         const VerdictOptions& options);
// Parts of what a system has.
bool isRing(const SystemEvidence& evidence);
// Where the modes are that are told: of which discrete state, at which point ("at its point of rest: "), or
// nothing for 0, where eigenvalues are listed.
std::string whereText(const SystemEvidence& evidence, const FixedPoint* place);
// The tell-tale of a line that the fit made up. shown: shownTau in words.
std::string offActivity(const SystemEvidence& evidence, const std::string& shown);
std::string manyPoints(const SystemEvidence& evidence);  // " and at least 4 points of rest", or nothing
std::string periodText(const SystemEvidence& evidence, const Sampling& sampling);  // of its cycle, in steps
std::string shortText(double value);                                               // three significant digits

}  // namespace keyhole
