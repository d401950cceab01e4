// Which columns of a table are no channels: words, dates, clocks, counts, the numbers of trials, nothing at
// all. Internals of table_columns.h.
#pragma once

#include "core/io/table_in_making.h"

namespace keyhole {

// Takes them out of `kept`, says why, and notes what they tell: the interval, the rows' times, row names, and
// where trials begin. Throws InputError: a cell that is no number, a clock that runs backwards, a column
// chosen by hand that is not there, a table with one row per neuron and time point, no channel left.
void leaveOutWhatIsNoChannel(TableInMaking& table);

}  // namespace keyhole
