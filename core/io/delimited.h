// Tables of numbers as text (.csv, .tsv).
#pragma once

#include "core/common/types.h"

#include <string>
#include <vector>

namespace keyhole {

struct DelimitedTable {
  Matrix values;                         // as in the file: one row per line
  std::vector<std::string> columnNames;  // of the header line, or empty
};

// Separator: tab, semicolon, comma or runs of blanks, whichever the first line has (in this order). A first
// line with a cell that is no number is a header. Empty cells and "nan" become NaN, "inf" infinity (it is for
// the user of the numbers to refuse them). Lines that are blank or begin with # are skipped; CRLF, quotes and
// a byte order mark are understood. The decimal sign is the point. Throws InputError naming line and column:
// a cell that is no number, a line of another length, no numbers at all.
DelimitedTable readDelimited(const std::string& path);

// Numbers as the shortest text that reads back as the same double; comma-separated, with a header line if
// names are given.
std::string delimitedBytes(const std::vector<std::string>& columnNames, ConstMatrixRef rows);

}  // namespace keyhole
