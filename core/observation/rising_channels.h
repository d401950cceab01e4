// Channels that rise throughout, as clocks and spike times do and activity does not.
#pragma once

#include "core/observation/recording.h"

#include <string>
#include <vector>

namespace keyhole {

// Looks at a recording piece by piece.
class RisingChannels {
 public:
  // The next time points, N x n. Cost O(n) for each that has not fallen yet.
  void add(ConstMatrixRef piece);
  // What follows begins a new trial: it may begin below the last.
  void beginTrial() { m_begins = true; }

  // Those (from 0) that never fall within a trial and rise at most of the steps, which are twenty or more.
  std::vector<Index> channels() const;

 private:
  std::vector<Index> m_rising;  // that never fell as far as was seen
  std::vector<Index> m_rises;   // of all channels: steps at which it rose
  Vector m_last;                // of all channels
  Index m_units = -1, m_steps = 0;
  bool m_begins = true;
};

std::vector<Index> risingChannels(const Recording& recording);

// One sentence about them, which says how to leave them out; empty if there are none. source: as
// `Recording::source`.
std::string risingChannelWarning(const Recording& recording);
std::string risingChannelWarning(const Recording& head, Index units, const std::vector<Index>& rising);

}  // namespace keyhole
