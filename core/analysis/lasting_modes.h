// The modes of a system that last, by its map (spectrum.h), and which of two systems' are the same.
#pragma once

#include "core/analysis/spectrum.h"

#include <optional>
#include <string>

namespace keyhole {

// What a recording has in place of τ: steps, and how many of them.
struct Sampling {
  Index steps = 0;            // of the longest uninterrupted stretch; > 0
  double seconds = 0;         // of one step; 0: not known
  bool alphaAssumed = false;  // nobody said what α is

  // A mode that decays within more steps than this cannot be told from one that never decays: of a channel
  // with a constant and a root of 1, n steps give one estimate in twenty with n (1 - |λ(F)|) above 14.1
  // (Dickey & Fuller 1979).
  double longestTold() const { return static_cast<double>(steps) / 14.1; }
  // One that grows by e in more steps than this cannot be told from one that does not grow: of a channel
  // without a constant and a root of 1, one estimate in twenty has n (|λ(F)| - 1) above 1.28 (Fuller 1976).
  double longestGrowth() const { return static_cast<double>(steps) / 1.28; }
  bool tellsGrowth(double perStep) const { return perStep * longestGrowth() > 1; }
};

// "93 steps (0.93 s)" of a time in τ.
std::string stepsText(double tau, double alpha, const Sampling& sampling);
// What a mode of the map does, in steps: "decays within 93 steps (0.93 s)", "gone within a step", "grows by e
// in 40 steps", "neither grows nor decays".
std::string courseText(std::complex<double> value, double alpha, const Sampling& sampling);
// Of each value of the spectrum: "grows", "lasts" (cannot be told from a mode that never decays, nor grows),
// "decays" or "within a step", faster than what was sampled.
std::string persistenceOf(std::complex<double> value, double alpha, const Sampling& sampling);

// What is said where a recording's α was not given.
std::string assumedAlphaNote(double alpha);

struct VerdictOptions {
  // τ: a mode persists if it decays more slowly than this, or not at all; of a recording (sampling) not used.
  double persistentTau = 10.0;
  double scoreThreshold = 1.0;  // a line attractor: one real persistent leading mode with score >= this
  double exaggeration = 3.0;    // >= 1: lasting so many times as long as its counterpart, a mode is made up
  std::optional<Sampling> sampling = {};  // of a recording whose circuit is not known
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
  Index growing = 0;    // of all; of a recording (sampling) those that can be told from modes that last
  LineAttractorScore score;
  // Modes of which rounding could decide whether they persist, or grow: within Spectrum::rounding (or κ n ε
  // ‖A‖_F) of the threshold; of those marked undetermined (which their bounds join to clusters) all of a
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
  double direction = 1;  // > 0, times the share of a line that must lie along the other's
};

struct ModeMatch {
  Index madeUp = 0;        // persistent modes of the student without counterpart, or exaggerated
  Index missed = 0;        // of the teacher without counterpart
  double exaggerated = 0;  // the student's τ over the teacher's, of the most exaggerated; 0: none is
  double weakened = 0;     // the teacher's τ over the student's, of the most weakened pair; 0: none is
  // Of pairs that count as the same, the largest factor by which the student's lasts longer, and less long.
  double longer = 1, shorter = 1;
  // The slowest of those that are missed, and that are made up; few: the other system has such modes, too,
  // but fewer of them.
  std::optional<LastingMode> missedMode = {}, madeUpMode = {};
  bool fewInStudent = false, fewInTeacher = false;
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
