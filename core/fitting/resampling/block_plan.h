// Blocks of a recording for a bootstrap over time: what is drawn again and again, with replacement.
#pragma once

#include "core/common/random.h"
#include "core/fitting/trial.h"

#include <string>

namespace keyhole {

struct Stretch {
  std::size_t trial = 0;
  Index first = 0, count = 0;  // transitions from time point first + j to first + j + 1
};
using Block = std::vector<Stretch>;  // one of a long trial, or several short trials side by side

struct BlockOptions {
  double slowTime = 1;   // of the recording, in time steps (slow_time.h)
  Index least = 1;       // transitions that a block must have
  Index most = 100;      // blocks at most: longer ones are as good, and cost less
  Index parameters = 1;  // per equation of the fit: a draw holds about 63 % of the transitions, which must be
                         // at least twice as many
};

// Blocks of at least five slow times, so that two of them are nearly independent, and at least twenty of
// them, so that their spread is known. The bootstrap is not consistent near a unit root: a mode that lasts as
// long as the recording has no distribution that could be drawn from it. So where fewer than twenty such
// blocks fit, the recording is cut into twenty shorter ones, and what they say is one-sided: the spread is
// too narrow, and the modes seem faster than they are.
struct BlockPlan {
  static constexpr double kSlowTimes = 5;
  static constexpr Index kLeast = 20;

  std::vector<Block> blocks;  // empty: none can be had, and `why` says so
  Index length = 0;           // transitions of the longest
  double slowTime = 0;        // time steps
  bool oneSided = false;
  std::string why;  // a sentence, where there are none, or the blocks are too short
};

// Trials that are not longer than a block are blocks themselves: they are told to be independent. Longer ones
// are cut into equal pieces. Where that makes more than `most`, neighbours are joined.
BlockPlan planBlocks(const std::vector<Trial>& trials, const BlockOptions& options);

// So many blocks at most, where the memory has room for so many: never more than a hundred.
Index mostBlocks(double room);

// How often each of n blocks is drawn in n draws. A function of (seed, draw) alone.
Vector drawnCounts(std::size_t blocks, std::uint64_t seed, std::uint64_t draw);

}  // namespace keyhole
