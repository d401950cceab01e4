// The modes of a system that last, by its map (spectrum.h), and which of two systems' are the same.
#pragma once

#include "core/analysis/spectrum.h"

namespace keyhole {

struct VerdictOptions {
  double persistentTau = 10.0;  // τ: a mode persists if it decays more slowly than this, or not at all
  double scoreThreshold = 1.0;  // a line attractor: one real persistent leading mode with score >= this
  double exaggeration = 3.0;    // >= 1: lasting so many times as long as its counterpart, a mode is made up
};

struct LastingMode {
  std::complex<double> value;     // λ
  std::complex<double> exponent;  // s of mapExponent()
  double condition = 1;

  bool grows() const { return exponent.real() > kMarginalRate; }
  bool stands() const { return !grows() && exponent.real() >= -kMarginalRate; }  // marginal
  double tau() const;  // of its decay; infinite if it stands or grows
  bool persists(double persistentTau) const;
};

struct LastingModes {
  // All that last longer than 0.8 persistentTau/exaggeration: those that persist, those that others'
  // persistent modes may be matched with, and a few more for other thresholds. At most 200, leading first; a
  // pair counts as two.
  std::vector<LastingMode> modes;
  Index persistent = 0;  // of all
  bool hasLeading = false;
  LastingMode leading;
  bool single = false;  // exactly one persists, it is real and does not alternate
  LineAttractorScore score;
  // Modes of which rounding could decide whether they persist, or grow: within their first-order bound κ n ε
  // ‖A‖_F of the threshold; of those marked undetermined (which their bounds join to clusters) all of a
  // cluster that lies on both sides of it.
  Index undetermined = 0;
};
// score: of the spectrum.
LastingModes lastingModes(const Spectrum& spectrum, const LineAttractorScore& score,
                          const VerdictOptions& options);

// How much is let pass as the same: for seeing whether a small change would turn a decision.
struct MatchSlack {
  double closeness = 0;  // >= 0: exponents that differ by less (times the modes' condition) are the same
  double frequency = 1;  // > 0, times the difference of frequencies that cannot be seen
};

struct ModeMatch {
  Index madeUp = 0;        // persistent modes of the student without counterpart, or exaggerated
  Index missed = 0;        // of the teacher without counterpart
  double exaggerated = 0;  // the student's τ over the teacher's, of the most exaggerated; 0: none is
  double weakened = 0;     // the teacher's τ over the student's, of the most weakened pair; 0: none is
};

// options: as those of lastingModes(), or thresholds that differ by at most 5 %. Pairs of a student's and a
// teacher's mode that last longer than persistentTau/exaggeration, one to one, so that as few persistent ones
// as possible are left over, and then with the least difference. Two modes may be one if
//  - both grow, or neither does; a marginal one decays infinitely slowly;
//  - their frequencies differ by less than their decay lets one see: by the faster of the two rates of decay,
//    or by 5 % of the frequency. Real or a pair does not matter beyond that;
//  - the student's lasts at most `exaggeration` times as long; more is made up, with its factor. One that
//    lasts less long is found if the factor is below `exaggeration`, or if it persists itself: weakened.
ModeMatch matchModes(const LastingModes& teacher, const LastingModes& student, const VerdictOptions& options,
                     const MatchSlack& slack = {});

}  // namespace keyhole
