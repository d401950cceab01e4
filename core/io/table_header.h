// The names of a table's columns: of lines of words above the numbers, of a comment, or of a first row that
// counts. Internals of table_columns.h.
#pragma once

#include "core/io/table_in_making.h"

namespace keyhole {

// Names and units from the lines of words above the numbers, else from a comment that names as many columns
// as there are. Throws InputError: a line of another length.
void takeHeader(TableInMaking& table);

// ",0,1,2,…" above rows that are counted, or "0,1,2,…" above fractions: pandas names columns so. Takes the
// first row out of the grid.
void takeCountingHeader(TableInMaking& table);

}  // namespace keyhole
