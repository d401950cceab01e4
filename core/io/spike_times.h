// Spike times of units after the NWB schema: spike_times holds those of all units one behind the other, and
// spike_times_index where each unit's end.
#pragma once

#include "core/io/file_tree.h"

#include <string>
#include <vector>

namespace keyhole {

// The group of units that a path (with . or /) names; null if it names something else.
const FileNode* spikeUnits(const FileNode& root, const std::string& path);

// Counts, T x units, in bins of `bin` seconds from time 0 to the last spike. Throws InputError, `shown` in
// front: bin is 0, times that are not finite, negative or out of order, an index that does not fit, more bins
// than memory should hold (10^9 entries).
Matrix binnedSpikes(FileTree& tree, const FileNode& units, const std::string& shown, double bin,
                    std::vector<std::string>& notes);

}  // namespace keyhole
