// Tables of numbers as text (.csv, .tsv, .txt), as spreadsheets, R, pandas, MATLAB and NumPy write them.
#pragma once

#include "core/common/types.h"
#include "core/io/table_dialect.h"

#include <string>
#include <vector>

namespace keyhole {

struct DelimitedTable {
  Matrix values;                         // as in the file: one row per line, without what is no channel
  std::vector<std::string> columnNames;  // of the header line, or empty
  std::vector<std::string> columnUnits;  // of a row of units, or empty
  std::vector<std::string> rowNames;     // of a first column of words, or empty
  double interval = 0;                   // between two rows, from a clock column; 0: the file has none
  std::string intervalUnit;              // "s", or empty if the file does not name the clock's unit
  Vector times;  // of the rows by that clock, in the unit of `interval`, or what counts them; or empty
  std::vector<Index> trialBegins;  // rows at which a trial begins, without the first: by a clock or count
                                   // that begins anew, or by a column that numbers the trials
  std::vector<std::string> notes;  // what was guessed, left out or reinterpreted: a sentence each
};

// The dialect is decided from the whole file unless `options` say it: the separator (tab, semicolon, comma,
// bar, blanks), a decimal comma or point, thousands separators, quotes after RFC 4180, "sep=" in the first
// line, UTF-8, UTF-16 or UTF-32, LF, CR or CRLF. Lines of words at the top are names and units. Cells without
// a value (empty, NA, #N/A, null …) become NaN, "inf" infinity (it is for the user of the numbers to refuse
// them). A column that counts the rows, row names, clocks and dates are no channels; neither is a column
// without a name and without any number. Lines beginning with # or % are comments. All that is said in
// `notes`. Throws InputError naming line and column: a cell that is no number, a line of another length, no
// numbers at all, numbers that can be read in two ways. Cost O(bytes); two passes if the decimal sign turns
// out another than the first lines let guess.
DelimitedTable readDelimited(const std::string& path, const TableOptions& options = {});

// The same of the lines within the first `bytes` bytes, and about how many rows the whole file has (from its
// length). Throws InputError. Cost O(bytes).
struct TableBeginning {
  DelimitedTable table;
  Index rows = 0;
};
TableBeginning readDelimitedBeginning(const std::string& path, const TableOptions& options,
                                      std::size_t bytes);

// Numbers as the shortest text that reads back as the same double; comma-separated, with a header line if
// names are given.
std::string delimitedBytes(const std::vector<std::string>& columnNames, ConstMatrixRef rows);

}  // namespace keyhole
