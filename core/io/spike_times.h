// Spike times of units after the NWB schema: spike_times holds those of all units one behind the other, and
// spike_times_index where each unit's end; obs_intervals, where it is there, says when each unit was
// observed.
#pragma once

#include "core/io/file_tree.h"
#include "core/observation/preprocessing/preprocessing.h"

#include <string>
#include <vector>

namespace keyhole {

// The group of units that a path (with . or /) names; null if it names something else.
const FileNode* spikeUnits(const FileNode& root, const std::string& path);

// Counts, T x units, in bins of `bin` seconds from time 0 to the last spike. Bins that are not wholly within
// a unit's obs_intervals are missing (NaN), and it is noted; so are times that can hardly be seconds. Throws
// InputError, `shown` in front: bin is 0, times that are not finite, negative, out of order or whole numbers
// throughout (samples, not seconds), an index that does not fit, more bins than memory should hold (10^9
// entries).
Matrix binnedSpikes(FileTree& tree, const FileNode& units, const std::string& shown, double bin,
                    std::vector<std::string>& notes);

// The same for each window from its own beginning, in as many bins as it holds whole. Windows of fewer than 2
// bins are left out and noted; those without a single spike are noted. Throws InputError also if none is
// left.
struct SpikeTrials {
  std::vector<Matrix> counts;
  std::vector<double> begins;  // seconds, of each
};
SpikeTrials binnedSpikesIn(FileTree& tree, const FileNode& units, const std::string& shown, double bin,
                           const std::vector<TimeWindow>& windows, std::vector<std::string>& notes);

}  // namespace keyhole
