// The sentence at the top: what the teacher has, what the student claims, and whether the claim is spurious.
#pragma once

#include "core/analysis/attractors.h"
#include "core/analysis/spectrum.h"

#include <memory>
#include <optional>

namespace keyhole {

enum class VerdictKind {
  faithful,  // every persistent mode (and limit cycle) of the student has its counterpart in the teacher, and
             // back
  spuriousPersistence,    // the student has a persistent mode that the teacher lacks
  spuriousLineAttractor,  // … it is one real stable mode, alone: score >= threshold, and the teacher has no
                          // line attractor
  spuriousLimitCycle,     // the student's free runs settle on a cycle, the teacher's do not
  missed,                 // the teacher has a persistent mode (or cycle) that the student lacks
  undecided,  // no teacher to compare with, no student, or the deciding eigenvalues are undetermined
};

struct VerdictOptions {
  double persistentTau =
      10.0;  // a mode persists if τ_n > persistentTau (Re λ > 1 - 1/persistentTau), or Re λ >= 1
  double scoreThreshold = 1.0;  // a line attractor: one real persistent leading mode with score >= this
  double exaggeration =
      3.0;  // a mode of the student that lasts so many times as long as its counterpart is made up
};

// What the verdict looks at, for the teacher or the student.
struct SystemEvidence {
  Spectrum spectrum;
  LineAttractorScore score;
  std::optional<LimitSets> limitSets;
  bool mayCycle = false;       // the system is not affine, so that its oscillations are limit cycles
  bool cyclesPending = false;  // what follows is still being computed: nothing is said of cycles yet
  std::shared_ptr<const Attractors> attractors = {};  // null: not looked for; then the free runs must do
};

struct Verdict {
  VerdictKind kind = VerdictKind::undecided;
  bool spurious = false;
  std::string sentence;  // complete, with numbers
};

// teacher empty: a recording whose teacher is unknown. student empty: no fit (reason says why). Rules, in
// this order; the first that holds decides:
//  1. undecided, if evidence is missing or pending, or a deciding eigenvalue (a persistent or the leading
//  one)
//     is undetermined.
//  2. undecided, if free runs of one of the two oscillate but no closed orbit was found from them, or one of
//     the two is chaotic (leading Lyapunov exponent above zero) and the other not.
//  3. spuriousLimitCycle, if the student has a stable closed orbit and the teacher none; missed, if the
//  teacher
//     has one and the student none.
//  4. Nonlinear systems with more than one stable point of rest: spuriousPersistence, if the student has more
//     of them (it remembers which), missed, if fewer. Without attractors: undecided, since eigenvalues at 0
//     do not tell.
//  5. Persistent modes are matched: each of the student's with the nearest free one of the teacher's that is
//  of
//     its kind (real, or one of a complex pair) and whose Im λ is within 1/persistentTau of its own (closer
//     than that, the modes decay before their frequencies can be told apart) and which does not decay
//     `exaggeration` times faster (unless both are stable, nothing is exaggerated). The modes are those at 0,
//     or of a nonlinear system that does not rest there those at its most visited stable point of rest. A
//     mode that comes back weaker is still found: seen through few units, a true line attractor is (τ̂ ≈ τ
//     d/D). One of the student's left over: spuriousLineAttractor, if it is a line attractor and the teacher
//     has none, else spuriousPersistence; one of the teacher's: missed.
//  6. faithful.
// A line attractor is one real persistent mode, alone and not unstable, with a score from scoreThreshold,
// along which a line of slow points was found, if it was looked for.
Verdict judge(const std::optional<SystemEvidence>& teacher, const std::optional<SystemEvidence>& student,
              const std::string& whyNoStudent, const VerdictOptions& options);

std::string nameOf(VerdictKind kind);                 // "spurious persistence"
std::string complexText(std::complex<double> value);  // "0.99 ± 0.31i", three significant digits

}  // namespace keyhole
