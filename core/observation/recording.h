// What was seen: the activity of some units over time, from a file or from a teacher.
#pragma once

#include "core/common/types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace keyhole {

struct Recording {
  Matrix activity;                        // N x T, one column per time step; NaN is a missing sample
  std::vector<std::string> channelNames;  // N names from the file's header, or empty
  std::string source;                     // what it was read from, as the user wrote it; empty for a teacher

  // T_1, T_2, … of the trials that stand side by side in `activity`; empty: it is one trial. No step leads
  // from one into the next.
  std::vector<Index> trialLengths = {};
  double interval = 0;            // between two samples, by the file's clock or rate; 0: not known
  std::string intervalUnit = {};  // "s", or empty if the file does not name the clock's unit
  Matrix input = {};              // m x T, a known drive, finite; 0 x 0: none
  // What was guessed, left out or reinterpreted when it was read: a sentence each.
  std::vector<std::string> notes = {};
};

// The first column of each trial, and T behind them.
std::vector<Index> trialBounds(const Recording& recording);

// 16 hexadecimal digits made of all numbers, the shape and the trials: two recordings with the same ones are
// the same. Not made to withstand somebody who wants it otherwise. Cost O(N T).
std::string fingerprint(const Recording& recording);

// The same of the numbers piece by piece along time, for recordings that do not fit into memory.
class FingerprintOfPieces {
 public:
  void add(ConstMatrixRef piece);  // units x time points, behind those before
  // trialLengths: as Recording's.
  std::string text(Index units, Index timepoints, const std::vector<Index>& trialLengths = {}) const;

 private:
  void add(const double* values, Index count);
  std::uint64_t m_lanes[4] = {kStart, kStart + 1, kStart + 2, kStart + 3};
  static constexpr std::uint64_t kStart = 0xCBF29CE484222325;  // of the FNV generator
  Index m_count = 0;
};

// One sentence if the recording has several trials, for whoever takes it as one; else empty.
std::string joinedTrialsWarning(const Recording& recording);

// Seconds between two samples. Throws InputError if they are not known, naming `what` needs them.
double secondsBetweenSamples(const Recording& recording, const std::string& what);

// Throws InputError if a trial has fewer than two time points.
void requireLongTrials(const Recording& recording);

// "3 (left)", or "3" without a name; counted from 1.
std::string channelTitle(const Recording& recording, Index channel);

// "1, 4 (left), … (12 in all)".
std::string channelTitles(const Recording& recording, const std::vector<Index>& channels);

// One sentence if there are far more channels than time points, as of a file whose axes are the other way
// round; else empty. transposed: whether the axes were exchanged when it was read.
std::string wideRecordingWarning(const Recording& recording, bool transposed);

// Throws InputError, naming the source and the value, if the recording has no neuron, fewer than two time
// points, or an entry that is not finite (the first one is named by channel and time point, counted from 1).
// With missingAllowed, NaN stands for a missing sample, and a channel must have at least one that is there.
// Cost O(N T).
void requireUsable(const Recording& recording, bool missingAllowed = false);

// One sentence if the names of the channels are partly numbers, so that the header may have been a row of
// numbers with a slip in it; else empty.
std::string doubtfulNamesWarning(const Recording& recording);

// The rows (from 0) whose entries are all equal (missing ones apart): they carry no information and leave a
// fit singular but for its ridge.
std::vector<Index> constantChannels(ConstMatrixRef activity);

// Of each channel its first missing sample (NaN), or -1. Cost O(N T).
std::vector<Index> firstMissing(ConstMatrixRef activity);

// One sentence that says how many samples are missing (NaN), or empty if none is.
std::string missingSamplesWarning(const Recording& recording);

// One sentence that names the constant channels (counted from 1, or by name), or empty if there is none.
// Throws InputError if fewer than two channels vary.
std::string constantChannelWarning(const Recording& recording);

}  // namespace keyhole
