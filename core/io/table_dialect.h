// How a table is written: what stands between its cells, and which decimal sign its numbers have.
#pragma once

#include "core/io/table_records.h"

#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

// What is decided by hand; what is empty is decided from the file.
struct TableOptions {
  std::string separator = {};    // comma, semicolon, tab, blank, bar, none, or the character itself
  std::string decimal = {};      // point or comma
  std::string indexColumn = {};  // the number (from 1) or name of a column that counts or is the clock; none
  std::string header = {};       // how many lines of names the table begins with, from 0
  bool channelsInRows = false;   // time runs along the columns, so that none of them is a clock
};

// Throws InputError that names the option, its value and what is allowed.
void requireValid(const TableOptions& options);

// The separator that the options name. Precondition: requireValid(), not empty.
char separatorNamed(const std::string& separator);

// "commas", "semicolons", …, for sentences.
std::string separatorText(char separator);

struct Dialect {
  char separator = ',';
  char decimal = '.';
  std::size_t width = 0;  // the commonest number of cells in a line with numbers; 0: not known
};

// The dialects worth trying, the likeliest first, from up to 200 records each at the beginning, in the middle
// and at the end: of a good one the lines have the same number of cells, and these are numbers. The decimal
// sign is a guess to start with. Never empty.
std::vector<Dialect> likelyDialects(std::string_view text, const TableOptions& options);

// Excel's first line "sep=;": cuts it off `text` and returns its separator, or 0.
char takeSeparatorLine(std::string_view& text);

}  // namespace keyhole
