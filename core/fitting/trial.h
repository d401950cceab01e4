// The data of a fit: uninterrupted stretches of one recording.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"

#include <vector>

namespace keyhole {

struct Trial {
  Matrix activity;  // N x T, T >= 2, one column per time step; NaN marks a missing sample
  Matrix input;     // m x T (0 x T without input), finite
};

enum class MissingSamples { allowed, refused };

// Throws InputError if there is no trial, if a trial has another number of neurons or inputs than the first
// one, fewer than two time points, an input of another length, an infinite entry, or (refused) a missing
// sample. The sentence names the trial and the value, counted from 1. Likewise if the largest number of the
// recording is so small that its square is 0. Cost O(N T).
void requireTrials(const std::vector<Trial>& trials, MissingSamples missing);

// Whether a sample is missing (NaN).
bool anyMissing(const std::vector<Trial>& trials);

// Mean of each channel over the samples that are there; of a channel without any: 0.
class ChannelMeans {
 public:
  explicit ChannelMeans(Index channels) : m_sum(Vector::Zero(channels)), m_count(m_sum) {}

  void add(ConstMatrixRef activity);  // N x any
  Vector values() const { return m_sum.cwiseQuotient(counts()); }
  Vector counts() const { return m_count.cwiseMax(1.0); }  // of samples, at least 1

 private:
  Vector m_sum, m_count;
};

// Σ (T - 1) over the trials: the number of steps from one time point to the next.
Index transitionsOf(const std::vector<Trial>& trials);

// Samples of all trials up to which the start of an iterative fit is found whatever the user wishes (it takes
// less than a stop may): then there is something to show.
constexpr Index kShortRecording = 1'000'000;

// work(k, first, count) for pieces of the time points of all trials, trial k from `first` on; throws Stopped
// between two of them if a stop was requested.
template <class Work>
void overTrials(const std::vector<Trial>& trials, const Progress& progress, Work&& work,
                Index piece = kPiece) {
  for (std::size_t k = 0; k < trials.size(); ++k) {
    if (k > 0) progress.throwIfStopped();
    inPieces(
        trials[k].activity.cols(), progress, [&](Index first, Index count) { work(k, first, count); }, piece);
  }
}

// Of all trials. Cost O(N T). Throws Stopped.
ChannelMeans channelMeans(const std::vector<Trial>& trials, const Progress& progress = noProgress());

// N: of each channel's samples, 0 of a constant channel. Cost and Stopped as above.
Vector channelVariances(const std::vector<Trial>& trials, const Progress& progress = noProgress());

// The first trials, the last of them cut, until they have `steps` time points (>= 2; up to one more, since a
// trial has at least two). For what has to be said of a fit soon after it was stopped.
std::vector<Trial> beginningOf(const std::vector<Trial>& trials, Index steps);

// How many time points are looked at for what is said of a fit right after it was stopped: some 50 ms.
constexpr Index kLookAfterStop = 20000;

// The trials of a fit, or, if it was stopped, as much of them as is looked at.
class LookedAt {
 public:
  // Keeps a reference to all.
  LookedAt(const std::vector<Trial>& all, bool stopped, Index most = kLookAfterStop)
      : m_all(all), m_inPart(stopped && transitionsOf(all) >= most) {
    if (m_inPart) m_some = beginningOf(all, most);
  }

  bool inPart() const { return m_inPart; }
  const std::vector<Trial>& trials() const { return m_inPart ? m_some : m_all; }

 private:
  const std::vector<Trial>& m_all;
  std::vector<Trial> m_some;
  bool m_inPart;
};

}  // namespace keyhole
