#include "core/io/table_columns.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/table_cells.h"
#include "core/io/table_channels.h"
#include "core/io/table_header.h"
#include "core/io/table_in_making.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace keyhole {
namespace {

GridCell headerCell(const Grid& grid, std::size_t line, std::size_t column) {
  return {0, column, grid.headerLines[line], grid.header[line][column].text};
}

// Where numbers were expected: the first cell that begins as one, else the first word, below the names.
std::optional<GridCell> firstWord(const Grid& grid) {
  std::optional<GridCell> word;
  for (std::size_t i = grid.header.size() > 1 ? 1 : 0; i < grid.header.size(); ++i)
    for (std::size_t column = 0; column < grid.header[i].size(); ++column) {
      const GridCell cell = headerCell(grid, i, column);
      // What stands above it may begin as a number too: then these are no names.
      if (beginsWithNumber(cell.text))
        return column < grid.header.front().size() && beginsWithNumber(grid.header.front()[column].text)
                   ? headerCell(grid, 0, column)
                   : cell;
      if (!word && !cell.text.empty()) word = cell;
    }
  return word;
}

[[noreturn]] void refuseNothing(const TableInMaking& table) {
  const Grid& grid = table.grid;
  if (!grid.problem.empty()) throw InputError(grid.problem);
  const std::string& lines = table.options.header;
  const auto word = firstWord(grid);
  if (word && beginsWithNumber(word->text) && lines.empty()) table.refuseCell(*word);
  throw InputError("holds no numbers" +
                   (!lines.empty() ? " below its names (--header " + lines + ")"
                    : word         ? " (" + placeOf(*word) + " is " + shown(word->text) + ")"
                                   : std::string()) +
                   "; allowed: a table of numbers, one time point a line");
}

// Thousands and the like are numbers after all.
void resolveOthers(TableInMaking& table) {
  Grid& grid = table.grid;
  CellCount grouped, odd;
  std::vector<GridCell> left;
  for (const GridCell& cell : grid.others) {
    const auto number = numberOf(cell.text, grid.dialect.decimal);
    if (!number) {
      left.push_back(cell);
      continue;
    }
    grid.at(cell.row, cell.column) = *number;
    const NumberShape shape = shapeOfNumber(cell.text);
    const char other = grid.dialect.decimal == '.' ? ',' : '.';
    if (shape.oddlyWritten) odd.add(cell);
    if (shape.grouped || cell.text.find(other) != std::string_view::npos) grouped.add(cell);
  }
  grid.others = std::move(left);
  const auto say = [&](const CellCount& cells, const std::string& what) {
    if (cells.count == 0) return;
    table.note(counted(cells.count, "number was", "numbers were") + " read " + what +
               " (the first: " + placeOf(cells.first) + ", " + shown(cells.first.text) + " as " +
               toText(grid.at(cells.first.row, cells.first.column)) + ")");
  };
  say(grouped, "with signs that group thousands");
  say(odd, "with an unusual minus sign or an exponent D");
}

// A raster of TRUE and FALSE, perhaps behind a column that counts: beside columns of numbers they are none.
void resolveTruths(TableInMaking& table) {
  Grid& grid = table.grid;
  std::vector<std::size_t> truths(grid.width, 0), others(grid.width, 0);
  for (const GridCell& cell : grid.others) {
    truths[cell.column] += truthOf(cell.text).has_value();
    ++others[cell.column];
  }
  for (std::size_t j = 0; j < grid.width; ++j)
    if (truths[j] != others[j] || (truths[j] == 0 && j > 0)) return;
  CellCount read;
  for (const GridCell& cell : grid.others) {
    read.add(cell);
    grid.at(cell.row, cell.column) = *truthOf(cell.text);
  }
  grid.others.clear();
  if (read.count > 0)
    table.note(counted(read.count, "cell is", "cells are") +
               " TRUE or FALSE (the first: " + placeOf(read.first) + "), and were read as 1 and 0");
}

// Numbers that often stand for a missing value, where all others are far smaller.
void saySentinels(TableInMaking& table) {
  constexpr std::array kSentinels{-999.0, -9999.0, -99999.0, 9999.0, 99999.0};
  std::array<std::size_t, kSentinels.size()> counts{};
  double largest = 0;  // of all others
  const Grid& grid = table.grid;
  for (Index i = 0; i < grid.rows; ++i)
    for (std::size_t j = 0; j < grid.width; ++j) {
      if (!table.kept[j]) continue;
      const double value = grid.at(i, j);
      const auto at = std::find(kSentinels.begin(), kSentinels.end(), value);
      if (at != kSentinels.end())
        ++counts[static_cast<std::size_t>(at - kSentinels.begin())];
      else if (std::isfinite(value))
        largest = std::max(largest, std::abs(value));
    }
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    double beside = largest;
    for (std::size_t other = 0; other < counts.size(); ++other)
      if (other != k && counts[other] > 0) beside = std::max(beside, std::abs(kSentinels[other]));
    if (5 * beside < std::abs(kSentinels[k]))
      table.note(counted(counts[k], "cell is ", "cells are ") + toText(kSentinels[k]) +
                 ", which often stands for a missing value; read as the number");
  }
}

void sayWhatWasMissing(TableInMaking& table) {
  const Grid& grid = table.grid;
  std::size_t all = 0, empty = 0;
  std::string words;
  for (std::size_t j = 0; j < grid.width; ++j) empty += table.kept[j] ? grid.empty[j] : 0;
  std::size_t named = 0;
  for (const auto& [word, cells] : grid.missing) {
    all += cells.count;
    if (++named <= 4) words += (words.empty() ? "" : ", ") + std::to_string(cells.count) + " " + shown(word);
  }
  if (named > 4) words += ", …";
  all += empty;
  if (empty > 0) words = std::to_string(empty) + " empty" + (words.empty() ? "" : ", " + words);
  if (all == 0) return;
  table.note(counted(all, "cell holds", "cells hold") + " no number (" + words + ") and " +
             (all == 1 ? "was" : "were") + " read as missing samples");
}

void sayLines(TableInMaking& table) {
  const Grid& grid = table.grid;
  const LineCount &comments = grid.comments, &blanks = grid.blanks;
  if (comments.count > 0)
    table.note(counted(comments.count, "comment line was", "comment lines were") +
               " left out (the first: line " + std::to_string(comments.line) + ", " + shown(comments.text) +
               ")");
  if (blanks.count > 0)
    table.note(counted(blanks.count, "blank line", "blank lines") + " between the rows (the first: line " +
               std::to_string(blanks.line) + ") " + (blanks.count == 1 ? "was" : "were") +
               " left out; the rows around " + (blanks.count == 1 ? "it" : "them") + " follow each other");
}

void sayDecimalSign(TableInMaking& table) {
  const Grid& grid = table.grid;
  const CellCount& lone = grid.lone[0];
  if (table.options.decimal.empty() && grid.dialect.decimal == '.' && lone.count > 0 &&
      grid.decided[0].count == 0)
    table.note("no number tells whether the point is the decimal sign or groups thousands (the first: " +
               placeOf(lone.first) + ", " + shown(lone.first.text) +
               "); it was read as the decimal sign (--decimal comma reads it as thousands)");
  if (grid.dialect.decimal == ',')
    table.note(grid.width == 1 ? "the comma is the decimal sign"
                               : "the comma is the decimal sign; the columns are separated by " +
                                     separatorText(grid.dialect.separator));
}

DelimitedTable gathered(TableInMaking table) {
  const Grid& grid = table.grid;
  DelimitedTable& result = table.result;
  const auto kept = static_cast<Index>(table.columns());
  result.values = largeMatrix(grid.rows, kept);
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Rows> all(grid.numbers.data(), grid.rows, static_cast<Index>(grid.width));
  if (kept == all.cols()) {
    result.values = all;
  } else {
    Index to = 0;
    for (std::size_t j = 0; j < grid.width; ++j)
      if (table.kept[j]) result.values.col(to++) = all.col(static_cast<Index>(j));
  }
  const auto chosen = [&](const std::vector<std::string>& from) {
    std::vector<std::string> texts;
    for (std::size_t j = 0; j < from.size(); ++j)
      if (table.kept[j]) texts.push_back(from[j]);
    return texts;
  };
  result.columnNames = chosen(table.names);
  result.columnUnits = chosen(result.columnUnits);
  result.trialBegins.assign(table.begins.begin(), table.begins.end());
  return std::move(result);
}

}  // namespace

DelimitedTable tableOf(Grid grid, const TableOptions& options) {
  TableInMaking table(std::move(grid), options);
  if (table.grid.rows == 0) refuseNothing(table);
  takeHeader(table);
  resolveOthers(table);
  resolveTruths(table);
  if (!table.grid.problem.empty()) throw InputError(table.grid.problem);
  if (options.header.empty()) takeCountingHeader(table);
  leaveOutWhatIsNoChannel(table);
  sayWhatWasMissing(table);
  saySentinels(table);
  sayLines(table);
  sayDecimalSign(table);
  return gathered(std::move(table));
}

}  // namespace keyhole
