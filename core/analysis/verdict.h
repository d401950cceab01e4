// The sentence at the top: what the teacher has, what the student claims, and whether the claim is spurious.
#pragma once

#include "core/analysis/limit_sets.h"
#include "core/analysis/spectrum.h"

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
  bool cyclesPending = false;  // the free runs are still being computed: nothing is said of cycles yet
};

struct Verdict {
  VerdictKind kind = VerdictKind::undecided;
  bool spurious = false;
  std::string sentence;  // complete, with numbers
};

// teacher empty: a recording whose teacher is unknown. student empty: no fit (reason says why).
// Rules, in this order: undecided if evidence is missing or a deciding eigenvalue (a persistent or the
// leading one) is undetermined; spuriousLimitCycle; undecided if free runs of a nonlinear system settle at
// several points, since its eigenvalues are those at 0; then persistent modes are matched: each of the
// student's with the nearest free one of the teacher's that is of its kind (real, or one of a complex pair)
// and whose Im λ is within 1/persistentTau of its own (closer than that, the modes decay before their
// frequencies can be told apart) and which does not decay `exaggeration` times faster (unless both are
// stable, nothing is exaggerated). A mode that comes back weaker is still found: seen through few units, a
// true line attractor is (τ̂ ≈ τ d/D). One of the student's left over: spuriousLineAttractor or
// spuriousPersistence; one of the teacher's: missed; else faithful.
Verdict judge(const std::optional<SystemEvidence>& teacher, const std::optional<SystemEvidence>& student,
              const std::string& whyNoStudent, const VerdictOptions& options);

std::string nameOf(VerdictKind kind);                 // "spurious persistence"
std::string complexText(std::complex<double> value);  // "0.99 ± 0.31i", three significant digits

}  // namespace keyhole
