// Tables whose rows are channels and whose columns are time points.
#pragma once

#include "core/io/delimited.h"

namespace keyhole {

// The row that counts the columns or is their clock (the first that is not called otherwise, or one that its
// name says to be) is taken out of the values and the names; its times, interval and trials (columns, in
// `trialBegins`) go into the table, and what was done into its notes. Precondition: read with channelsInRows.
// Throws InputError naming file and row: a clock by its name that does not rise. Cost O(N T).
void takeClockRow(DelimitedTable& table, const std::string& file);

}  // namespace keyhole
