// A table whose columns are being told apart: what readDelimited() has made of its grid so far, and the words
// for it. Internals of table_columns.h.
#pragma once

#include "core/io/delimited.h"
#include "core/io/table_grid.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keyhole {

struct TableInMaking {
  TableInMaking(Grid cells, const TableOptions& chosen)
      : grid(std::move(cells)), options(chosen), kept(grid.width, true) {}

  Grid grid;
  const TableOptions& options;
  DelimitedTable result;           // columnUnits: of all columns until the end
  std::vector<std::string> names;  // of all columns, or empty
  std::vector<bool> kept;          // the columns that are channels as far as is known
  std::set<Index> begins;          // of trials, without the first row
  Index rowsTaken = 0;             // rows that turned out to be names

  void note(const std::string& sentence) { result.notes.push_back(sentence); }
  std::size_t columns() const { return static_cast<std::size_t>(std::count(kept.begin(), kept.end(), true)); }
  std::string nameOf(std::size_t column) const { return column < names.size() ? names[column] : ""; }
  std::string columnText(std::size_t column) const;  // "column 2 (V1)"
  Vector columnValues(std::size_t column) const;
  std::size_t lineOf(Index row) const { return grid.lineOf(row + rowsTaken); }
  [[noreturn]] void refuseCell(const GridCell& cell) const;  // throws InputError: it is no number
};

std::string counted(std::size_t count, const std::string& one, const std::string& many);
std::string shown(std::string_view text);   // in quotes, cut if it is long
std::string placeOf(const GridCell& cell);  // "line 3, column 2"

}  // namespace keyhole
