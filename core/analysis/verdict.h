// The sentence at the top: what the teacher has, what the student claims, and whether the claim is spurious.
#pragma once

#include "core/analysis/attractor_match.h"
#include "core/analysis/lasting_modes.h"

#include <limits>
#include <memory>
#include <optional>

namespace keyhole {

enum class VerdictKind {
  faithful,  // every persistent mode (and limit cycle, and point of rest) of the student has its counterpart
             // in the teacher, and back
  weakened,  // the same, but a mode lasts several times less long: Verdict::weakenedBy
  marginal,  // a small change of a threshold, the seed or the draw would turn it: Verdict::leaning
  spuriousPersistence,    // the student has a persistent mode or point of rest that the teacher lacks
  spuriousLineAttractor,  // … it is one real stable mode, alone: score >= threshold, and the teacher has no
                          // line attractor
  spuriousLimitCycle,     // the student settles on a cycle that the teacher does not have
  spuriousContinuum,      // … on a ring, or a line or plane that no mode tells of, that the teacher lacks
  missed,  // the teacher has a persistent mode, point of rest, cycle or continuous attractor that the student
           // lacks; or the student foresees nothing of it
  undecided,  // no teacher to compare with, no student, or what would decide is not known
};

// How well the student does, for the praise. NaN: not known.
struct Foresight {
  static constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
  double explainedVariance = kNotKnown;  // SystemAnalysis::explainedVariance
  double hasTheDynamics = kNotKnown;     // the gauge
  double oneStepR2 = kNotKnown;          // Student::oneStepR2; said of a recording's student
  // What the teacher's own noise-free run explains of the same: about 0 where the teacher forgets within it,
  // far below where noise moves a slow mode for good. NaN: not known, and nothing is judged by the first.
  double rightExplains = 0;
};

// What the verdict looks at, for the teacher or the student.
struct SystemEvidence {
  Spectrum spectrum;         // at 0; with the step of its map
  LineAttractorScore score;  // of it
  std::optional<LimitSets> limitSets;
  bool mayCycle = false;       // the system is not affine, so that its oscillations are limit cycles
  bool cyclesPending = false;  // what follows is still being computed: nothing is said of cycles yet
  std::shared_ptr<const Attractors> attractors = {};  // null: not looked for; then the free runs must do
  CommonView view = {};                               // from its states to the seen units
  Foresight foresight = {};                           // of the student
  bool soughtThere = false;  // the other's points of rest were starts of the search for this one's
  // Of a switching student, the discrete state whose dynamics the spectrum is of: "discrete state 2 of 3, 47
  // % of the time"; its modes are judged there alone. Else empty.
  std::string discreteState = {};
  // τ: of how much of its run, from the start, the activity is that lines are compared with; 0: all of it.
  double shownTau = 0;
};

struct Verdict {
  VerdictKind kind = VerdictKind::undecided;
  bool spurious = false;
  std::string sentence;                          // complete, with numbers
  VerdictKind leaning = VerdictKind::undecided;  // of a marginal one: what it is as it stands; else the kind
  double weakenedBy = 0;  // how many times less long the most weakened mode lasts; 0: none is weakened
};

// teacher empty: a recording whose teacher is unknown. Its sentence says what would turn if a threshold were
// 5 % higher or lower, and that a student with a one-step R² below 0 foresees less than the mean step does.
// student empty: no fit (reason says why). Rules, in this order; the first that holds decides. Behind each a
// pair of systems that would be judged wrongly without it (teacher | student; the numbers are eigenvalues).
//  1. undecided, if evidence is missing, pending or a part (a search was stopped), or rounding could decide
//  whether a mode persists or grows
//     (LastingModes::undetermined). The ring at |λ| = 0.95 that a solver makes of a chain | 0. But zeros that
//     rounding moves by 1e-6 are zeros (a low-rank matrix read from a file | itself), and a Jordan block of
//     .5 is one whose values are known to 1e-7, though their condition is infinite. Where rule 4 or 5 decides
//     of what was found as an object, or both have the same ring, rounding of modes is no matter.
//  2. undecided, if free runs of one of the two oscillate but no closed orbit was found from them, or one of
//     the two is chaotic (leading Lyapunov exponent above zero) and the other not.
//  3. undecided, if both are affine and grow: nothing is left that could be compared. diag(-1.5, -1.2) in
//     steps of α = 1 | itself: it would be faithful with τ = 0.455, and diverges.
//  4. Nonlinear systems: closed orbits and continuous attractors. Where those of both are known they are
//     paired (attractor_match.h): cycles by place and period, lines, rings and planes by kind, dimension,
//     extent and place. What the student has and the teacher has not comes first: spuriousLimitCycle,
//     spuriousLineAttractor or, of rings and planes, spuriousContinuum. Two wells | a ring through both: by
//     its points it would be missed. Where both rest at one place and nowhere else, what the modes there tell
//     they tell with degrees: a line or plane through that place is left to rule 6. λ = .89 | .91: a line of
//     slow points, which begins at τ = 10, would be made up. Nor is one made up where one of another extent
//     lies.
//     Cycles of a few steps of a map (step_cycles.h) likewise, by place and period where the other's are
//     known to be all: 0 | -1.7 in steps of α = 1, whose flow is as good; diag(-1.7, 0) | diag(0, -1.7).
//  5. missed, the other way round. Then stable points of rest, by place, but for those on continuous
//     attractors and those through which one of the other passes: spuriousPersistence, if the student has
//     several and one is none of the teacher's, whose points are known to be all or were sought from there;
//     else missed, the other way round. Two wells along unit 1 | two wells along unit 2: by their counts they
//     would be the same. Two wells | one point between them: it claims no memory. A Hopfield network | itself
//     + 1e-3: searches that found 12 and 14 of many would make two of them up. Without attractors of both,
//     several points of rest: undecided. Of a student that is affine, what rule 6 finds made up comes first:
//     two wells | λ = .99, linear, which would be missed.
//  6. Persistent modes are paired (matchModes), at the point of rest that both have in common, at 0 or, of
//     nonlinear systems that do not rest there, where most starts led. They persist by the map in steps of α
//     (spectrum.h), not by Re λ: 0 | a rotation of |F| = 1.01 with τ = 28 by its real part. Candidates reach
//     down to τ/exaggeration: .899 | .901 would be made up. Frequencies before kinds: .95, .94 | .95 ± .02i.
//     Growth must be matched by growth: diag(.95, .2, .1) | diag(1.5, .2, .1), either way round. λ = 1 does
//     not grow: 1 | 1.
//     One of the student's left over: spuriousLineAttractor, if it is a line attractor and the teacher has
//     none, else spuriousPersistence; one of the teacher's: missed. Not of systems that have a continuous
//     attractor of rule 4 in common, or cycles: the modes at an unstable 0 do not last. Along a line or plane
//     that both have, exponents that differ by 0.005 per τ are the same. A ring | itself + 1e-3, pinned at
//     other places; λ = 1 | 1.001, which grows until the line bends.
//     Where both have a line or plane through that place, and more than half of the student's lies across the
//     teacher's, it is another one: diag(.99, .2, .1) | diag(.2, .99, .1), whose modes are the same.
//  7. undecided, if points of rest have no counterpart, but the searches may have missed it.
//  8. missed, if the student foresees nothing: its run is off by more than twice the variance, and by more
//     than twice as much as the teacher's own run without noise; or it has less than half of the dynamics. A
//     rotation of τ = 2 | one unit that decays: neither persists, and nothing agrees. Three modes of λ = 1 |
//     themselves: noise moves them for good, and the right student explains -2. A weakened one is no praise,
//     and its factor says more than that its run is off.
//  9. weakened, if a mode lasts several times less long; else faithful.
// Of 4 to 9: marginal instead, if faithful, weakened, spurious and missed change places when persistentTau or
// the exaggeration change by 5 %, the difference of frequencies or of directions that can be
// seen by 5 %, or (towards faithful) exponents by 0.002 per τ times their condition, which no recording of
// less than 500 τ tells apart; by this weakened and faithful change places, too. τ = 9.75 of a made-up mode
// below a threshold of 10; λ = 0.999 | 1.0001. Where the student's run shows a difference of exponents (rule
// 8), they are not the same; but for a nonlinear teacher with λ = 1, of which the least change decides
// whether its states decay or grow: tanh of I | itself + 1e-3, which would be weakened in one draw and
// spurious in the next.
//
// A line attractor is one real persistent mode, alone, that does not grow, with a score from scoreThreshold,
// along which a line of slow points was found, if it was looked for.
Verdict judge(const std::optional<SystemEvidence>& teacher, const std::optional<SystemEvidence>& student,
              const std::string& whyNoStudent, const VerdictOptions& options);

bool isSpurious(VerdictKind kind);
std::string nameOf(VerdictKind kind);                 // "spurious persistence"
std::string complexText(std::complex<double> value);  // "0.99 ± 0.31i", three significant digits

}  // namespace keyhole
