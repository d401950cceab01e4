// From the raw cells of a table to its channels: names, units, the clock, and what is left out.
#pragma once

#include "core/io/delimited.h"
#include "core/io/table_grid.h"

namespace keyhole {

// Fills in what `grid.others` holds (thousands, dates, row names) and gives every column its meaning. Throws
// InputError without the file's name in front: the first cell that is no number, a line of another length, a
// clock that runs backwards, a column named by hand that is not there.
DelimitedTable tableOf(Grid grid, const TableOptions& options);

}  // namespace keyhole
