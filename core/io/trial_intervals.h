// Trials out of one long array: cut from a table of intervals, and parted where its clock jumps.
#pragma once

#include "core/io/formats.h"

#include <string>
#include <utility>
#include <vector>

namespace keyhole {

struct TrialIntervals {
  std::vector<TimeWindow> windows;  // seconds on the recording's own clock; to > from
  std::string source;               // FILE:PATH, for sentences
  std::vector<std::string> notes;
};

// name: the path of a table of intervals in the file of `spec` ("trials" is also intervals/trials, as in NWB
// files), or FILE or FILE:PATH. The table has members or columns start_time and stop_time (or start and stop,
// start and end, begin and end, onset and offset), or it is a K x 2 matrix. Intervals without an end (NaN)
// are left out and noted. Throws InputError: no such table (those that are there are listed), one that ends
// before it begins, none at all.
TrialIntervals readIntervals(const std::string& name, const std::string& spec,
                             const TableOptions& table = {});

// Which rows became which trial.
struct RowCut {
  Index rows = 0;                             // there were so many before
  std::vector<std::pair<Index, Index>> kept;  // the first row of each trial, and the one behind its last
  bool isWhole() const { return kept.size() == 1 && kept[0].first == 0 && kept[0].second == rows; }
};

// The samples t with from <= t < to of each window as a trial (none given: all of them), parted where `times`
// jump (jumpsOf()). What belongs to no trial, lies beyond the recording, is used twice or is too short is
// noted. seconds: between samples, as said by hand; 0: by the data. Throws InputError, `shown` in front: the
// data have trials already, their clock is not known in seconds, no window meets them.
RowCut cutIntoTrials(FileData& data, bool timeInColumns, const TrialIntervals* intervals, double seconds,
                     const std::string& shown);

// The time of a row in seconds: by `times`, or by `start` and the interval.
double secondsOf(const FileData& data, Index row, double seconds);

// Whether it says when its rows were sampled, not only how far apart.
bool tellsTime(const FileData& data);

// The seconds of all time points that were kept, trial by trial; empty if they are not known. data: after the
// cut; seconds: between two samples.
Vector sampleTimes(const FileData& data, const RowCut& cut, bool timeInColumns, double seconds);

}  // namespace keyhole
