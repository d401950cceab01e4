// What the schema of Neurodata Without Borders (NWB 2, nwb-schema.readthedocs.io) says of the groups of an
// HDF5 file, by their neurodata_type.
#pragma once

#include "core/io/file_tree.h"

#include <string>

namespace keyhole {

// A member by its name; null if there is none.
const FileNode* memberOf(const FileNode& group, const std::string& name);

// The table of units with spike times, and tables of intervals (trials, epochs, …).
bool isUnits(const FileNode& group);
bool isIntervals(const FileNode& group);

// Whether the members of a group of this type are the columns of a table, one entry for each of its rows.
bool isTable(const std::string& type);

// Whether a series of this type holds images.
bool isImages(const std::string& type);

// Why a series of this type at this place is no activity of units, as a reason: a stimulus, behaviour; empty
// if it may be activity.
std::string notNeural(const std::string& type, const std::string& path);

// The numbers of a series (T x channels, or channels x T if timeInColumns) in its unit: number x conversion x
// conversion of the channel + offset. What was done is added to `notes`. Throws InputError, `shown` in front:
// a conversion that is 0 or not finite, another number of channels than of conversions.
void bringToUnit(FileTree& tree, const FileNode& series, Matrix& values, bool timeInColumns,
                 const std::string& shown, std::vector<std::string>& notes);

// The timestamps of a series in seconds, one for each of its `rows` time points. Throws InputError, `shown`
// in front: another number of them (`others`: the length of the other axis, which they may fit), not finite,
// or not rising.
Vector timestampsOf(FileTree& tree, const FileNode& timestamps, Index rows, Index others,
                    const std::string& shown);

// What is to be said, behind its name, of a clock whose seconds are doubtful; else empty. Precondition: it is
// not empty.
std::string doubtOfSeconds(ConstVectorRef seconds);

}  // namespace keyhole
