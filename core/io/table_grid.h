// The numbers of a table in one dialect, and everything else that was met on the way: the raw material from
// which readDelimited() makes a table.
#pragma once

#include "core/common/types.h"
#include "core/io/table_dialect.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keyhole {

struct GridCell {
  Index row = 0;  // of the data, from 0
  std::size_t column = 0, line = 0;
  std::string_view text;
};

// The first cell of a kind, and how many there are.
struct CellCount {
  std::size_t count = 0;
  GridCell first;
  void add(const GridCell& cell) {
    if (count++ == 0) first = cell;
  }
};

struct LineCount {
  std::size_t count = 0, line = 0;
  std::string_view text;
  void add(std::size_t at, std::string_view content) {
    if (count++ == 0) line = at, text = content;
  }
};

struct Grid {
  Dialect dialect;
  std::size_t width = 0;
  Index rows = 0;
  std::vector<double> numbers;   // row by row; NaN for the cells in `others`
  std::vector<GridCell> others;  // what is no number with this decimal sign and no missing value
  std::vector<std::vector<TableCell>> header;  // the lines of words above the numbers
  std::vector<std::size_t> headerLines;
  std::string_view commentedHeader;  // the last comment before the numbers, without its mark
  std::vector<std::pair<Index, std::size_t>> lineOffsets;  // from this row on, line - row

  LineCount comments, blanks;                // blank: between two rows
  std::vector<std::size_t> empty;            // empty cells of each column
  std::map<std::string, CellCount> missing;  // by word, without the empty ones
  CellCount decided[2];                      // cells whose decimal sign can only be '.' [0], ',' [1]
  CellCount lone[2];                         // "1.234", "1,234"
  CellCount padded;                          // "05", "-0" and not in the first column
  CellCount rounded;                         // whole numbers that no double holds
  std::size_t quoted = 0;                    // cells in quotes
  std::size_t quotedFirst = 0;               // in the first row
  std::size_t shortest = 0, longest = 0;     // characters of the second column's cells
  bool blankAfterSome = false;               // in the first row some commas have a blank behind them, not all
  std::string problem;                       // what ended the reading, without the file's name; or empty

  std::size_t lineOf(Index row) const;
  double& at(Index row, std::size_t column) {
    return numbers[static_cast<std::size_t>(row) * width + column];
  }
  double at(Index row, std::size_t column) const {
    return numbers[static_cast<std::size_t>(row) * width + column];
  }
  Index rowsOf() const { return rows; }
};

// lines: by how many the text begins behind the file's first one; header: how many lines of words, or decided
// by what they hold.
Grid gridOf(std::string_view text, Dialect dialect, std::size_t lines, std::optional<std::size_t> header);

}  // namespace keyhole
