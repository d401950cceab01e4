#include "core/io/table_columns.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/column_names.h"
#include "core/io/file_bytes.h"
#include "core/io/table_cells.h"
#include "core/io/table_clock.h"
#include "core/io/table_labels.h"
#include "core/io/text_encoding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

namespace keyhole {
namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string shown(std::string_view text) {
  return "\"" + shownText(validUtf8(text)) + "\"";
}

std::string placeOf(const GridCell& cell) {
  return "line " + std::to_string(cell.line) + ", column " + std::to_string(cell.column + 1);
}

class Assembly {
 public:
  Assembly(Grid grid, const TableOptions& options) : m_grid(std::move(grid)), m_options(options) {}

  DelimitedTable make() {
    if (m_grid.rows == 0) refuseNothing();
    m_kept.assign(m_grid.width, true);
    takeHeader();
    resolveOthers();
    if (!m_grid.problem.empty()) throw InputError(m_grid.problem);
    if (m_options.header.empty()) takeCountingHeader();
    leaveOutEmpty();
    leaveOutOthers();
    m_table.trialBegins.assign(m_begins.begin(), m_begins.end());
    sayWhatWasMissing();
    saySentinels();
    sayLines();
    return gathered();
  }

 private:
  void note(const std::string& text) { m_table.notes.push_back(text); }

  [[noreturn]] void refuseNothing() const {
    if (!m_grid.problem.empty()) throw InputError(m_grid.problem);
    throw InputError("holds no numbers; allowed: a table of numbers, one time point a line");
  }

  std::string columnText(std::size_t column) const {
    const std::string name = column < m_names.size() ? m_names[column] : "";
    return "column " + std::to_string(column + 1) + (name.empty() ? "" : " (" + shownText(name) + ")");
  }

  // The cells of a header line, as many as the table has columns; R leaves out the name of the row names.
  std::vector<std::string> namesOf(const std::vector<TableCell>& cells) const {
    std::vector<std::string> names;
    for (const auto& cell : cells) names.push_back(columnName(cell));
    while (names.size() > m_grid.width && names.back().empty()) names.pop_back();
    while (trailingEmpty(names.size())) names.emplace_back();
    if (names.size() + 1 == m_grid.width && m_grid.width > 2) names.insert(names.begin(), "");
    return names;
  }

  // Whether all columns from this one on are empty: separators at the end of every line.
  bool trailingEmpty(std::size_t from) const {
    for (std::size_t column = from; column < m_grid.width; ++column)
      if (m_grid.empty[column] != static_cast<std::size_t>(m_grid.rows)) return false;
    return from < m_grid.width;
  }

  static bool isUnitRow(const std::vector<std::string>& names) {
    std::size_t units = 0, filled = 0;
    for (const auto& name : names) {
      filled += !name.empty();
      units += !name.empty() && isUnit(name);
    }
    return filled > 0 && units == filled;
  }

  static bool areDistinct(const std::vector<std::string>& names) {
    return std::set<std::string>(names.begin(), names.end()).size() == names.size();
  }

  void leaveOutHeaderLine(std::size_t i, const std::vector<std::string>& names) {
    note("line " + std::to_string(m_grid.headerLines[i]) + " (" + shown(names.empty() ? "" : names.front()) +
         (names.size() > 1 ? ", …" : "") + "), words above the table, was left out");
  }

  void takeHeader() {
    std::vector<std::pair<std::size_t, std::vector<std::string>>> lines;
    for (std::size_t i = 0; i < m_grid.header.size(); ++i) {
      auto names = namesOf(m_grid.header[i]);
      if (names.size() == m_grid.width &&
          (names.size() > 1 || i + 1 == m_grid.header.size() || isUnitRow(names))) {
        lines.emplace_back(i, std::move(names));
      } else if (m_grid.header[i].size() <= 2 || m_grid.width == 1) {
        leaveOutHeaderLine(i, names);
      } else {
        throw InputError("line " + std::to_string(m_grid.headerLines[i]) + " has " +
                         std::to_string(m_grid.header[i].size()) + " names for " +
                         std::to_string(m_grid.width) +
                         " columns; allowed: one name per column, or one less where row names have none");
      }
    }
    if (lines.size() > 1)
      for (auto line = lines.rbegin(); line != lines.rend(); ++line)
        if (isUnitRow(line->second)) {
          m_table.columnUnits = line->second;
          note("line " + std::to_string(m_grid.headerLines[line->first]) + " (" +
               shown(line->second.front()) + ", …) holds no numbers and was taken for the columns' units");
          lines.erase(std::next(line).base());
          break;
        }
    chooseNames(lines);
    if (m_names.empty()) takeCommentedHeader();
  }

  // The first line whose names are all different; if there is none, the lines together tell the columns
  // apart.
  void chooseNames(const std::vector<std::pair<std::size_t, std::vector<std::string>>>& lines) {
    if (lines.empty()) return;
    const auto distinct =
        std::find_if(lines.begin(), lines.end(), [](const auto& line) { return areDistinct(line.second); });
    if (distinct != lines.end() || lines.size() == 1) {
      const auto& chosen = distinct == lines.end() ? lines.front() : *distinct;
      m_names = chosen.second;
      for (const auto& line : lines) {
        if (line.first == chosen.first) continue;
        // pandas writes the index's name below the columns', other programs beside them.
        if (m_names.front().empty()) m_names.front() = line.second.front();
        leaveOutHeaderLine(line.first, line.second);
      }
      return;
    }
    m_names.assign(m_grid.width, "");
    for (const auto& line : lines)
      for (std::size_t j = 0; j < m_grid.width; ++j)
        m_names[j] += (m_names[j].empty() || line.second[j].empty() ? "" : " ") + line.second[j];
    note("the " + std::to_string(lines.size()) +
         " lines of words above the numbers were taken together for the columns' names");
  }

  // "# time,a,b": a comment that names as many columns as there are.
  void takeCommentedHeader() {
    if (m_grid.commentedHeader.empty() || m_grid.dialect.separator == kBlanks || m_grid.width < 2) return;
    TableRecords record(m_grid.commentedHeader, m_grid.dialect.separator);
    std::vector<TableCell> cells;
    if (!record.next(cells) || cells.size() != m_grid.width) return;
    m_names = namesOf(cells);
    --m_grid.comments.count;
    note("the comment " + shown(m_grid.commentedHeader) + " was taken for the columns' names");
  }

  // Thousands and the like are numbers after all.
  void resolveOthers() {
    CellCount grouped, odd;
    std::vector<GridCell> left;
    for (const GridCell& cell : m_grid.others) {
      const auto number = numberOf(cell.text, m_grid.dialect.decimal);
      if (!number) {
        left.push_back(cell);
        continue;
      }
      m_grid.at(cell.row, cell.column) = *number;
      const NumberShape shape = shapeOfNumber(cell.text);
      const char other = m_grid.dialect.decimal == '.' ? ',' : '.';
      if (shape.oddlyWritten) odd.add(cell);
      if (shape.grouped || cell.text.find(other) != std::string_view::npos) grouped.add(cell);
    }
    m_grid.others = std::move(left);
    const auto say = [&](const CellCount& cells, const std::string& what) {
      if (cells.count == 0) return;
      note(counted(cells.count, "number was", "numbers were") + " read " + what +
           " (the first: " + placeOf(cells.first) + ", " + shown(cells.first.text) + " as " +
           toText(m_grid.at(cells.first.row, cells.first.column)) + ")");
    };
    say(grouped, "with signs that group thousands");
    say(odd, "with an unusual minus sign or an exponent D");
  }

  [[noreturn]] void refuseCell(const GridCell& cell) const {
    throw InputError(placeOf(cell) + " is " + shown(cell.text) + "; allowed: a number with a decimal " +
                     (m_grid.dialect.decimal == '.' ? "point" : "comma"));
  }

  // 1-based number, name, or none.
  std::optional<std::size_t> chosenColumn() const {
    const std::string& choice = m_options.indexColumn;
    if (choice.empty() || choice == "none") return {};
    for (std::size_t j = 0; j < m_names.size(); ++j)
      if (m_names[j] == choice) return j;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(choice.data(), choice.data() + choice.size(), number);
    if (error != std::errc() || end != choice.data() + choice.size() || number < 1 || number > m_grid.width)
      throw InputError("has no column \"" + shownText(choice) +
                       "\" for --index-column; allowed: a number from 1 to " + std::to_string(m_grid.width) +
                       ", a column's name, none");
    return number - 1;
  }

  Vector columnValues(std::size_t column) {
    Vector values(m_grid.rows);
    for (Index i = 0; i < m_grid.rows; ++i) values(i) = m_grid.at(i, column);
    return values;
  }

  // ",0,1,2,…" above rows that are counted, or "0,1,2,…" above fractions: pandas names columns so.
  void takeCountingHeader() {
    const std::size_t n = m_grid.width;
    if (!m_names.empty() || m_grid.rows < 4 || n < 3) return;
    const bool corner = std::isnan(m_grid.at(0, 0));
    const auto countsIn = [&](Index row) {
      for (std::size_t j = 1; j < n; ++j)
        if (m_grid.at(row, j) != m_grid.at(row, j - 1) + 1) return false;
      return true;
    };
    for (std::size_t j = 2; j < n; ++j)
      if (!(m_grid.at(0, j) > m_grid.at(0, j - 1))) return;
    if (!corner && !countsIn(0)) return;
    if (!corner && m_grid.at(0, 0) != 0 && m_grid.at(0, 0) != 1) return;
    // Of four columns and more no row of counts is likely to be just that, unless the table counts
    // throughout.
    if (corner ? !firstColumnCounts() && !wordsBelowCorner() : !fractionsBelow() && (n < 4 || countsIn(1)))
      return;
    for (std::size_t j = 0; j < n; ++j)
      m_names.push_back(std::isnan(m_grid.at(0, j)) ? "" : toText(m_grid.at(0, j)));
    note("line " + std::to_string(m_grid.lineOf(0)) +
         (corner && wordsBelowCorner() ? " rises from column to column and was taken for their names"
                                       : " counts the columns and was taken for their names") +
         (corner ? "" : " (--header 0 reads it as numbers)"));
    m_grid.numbers.erase(m_grid.numbers.begin(), m_grid.numbers.begin() + static_cast<std::ptrdiff_t>(n));
    if (corner && m_grid.empty[0] > 0) --m_grid.empty[0];
    --m_grid.rows;
    m_rowsTaken = 1;
    for (auto& cell : m_grid.others) --cell.row;
  }

  // ",0.0,0.1,…" above row names: the times of a table that has them in columns.
  bool wordsBelowCorner() const {
    std::size_t words = 0;
    for (const auto& cell : m_grid.others) words += cell.column == 0;
    return words + 1 == static_cast<std::size_t>(m_grid.rows);
  }

  bool firstColumnCounts() {
    for (Index i = 2; i < m_grid.rows; ++i)
      if (m_grid.at(i, 0) != m_grid.at(i - 1, 0) + 1) return false;
    return m_grid.at(1, 0) == std::round(m_grid.at(1, 0));
  }

  bool fractionsBelow() {
    for (std::size_t j = 0; j < m_grid.width; ++j) {
      bool fraction = false;
      for (Index i = 1; i < m_grid.rows && !fraction; ++i)
        fraction = std::isfinite(m_grid.at(i, j)) && m_grid.at(i, j) != std::round(m_grid.at(i, j));
      if (!fraction) return false;
    }
    return true;
  }

  // Columns without a name and without anything in them.
  void leaveOutEmpty() {
    std::size_t left = 0, first = 0;
    for (std::size_t j = 0; j < m_grid.width; ++j) {
      const bool nameless = j >= m_names.size() || m_names[j].empty();
      if (!nameless || m_grid.empty[j] != static_cast<std::size_t>(m_grid.rows)) continue;
      if (m_grid.width == 1) continue;
      m_kept[j] = false;
      m_grid.empty[j] = 0;
      if (left++ == 0) first = j;
    }
    if (left > 0)
      note("column " + std::to_string(first + 1) +
           (left > 1 ? " and " + std::to_string(left - 1) + " more have" : " has") +
           " neither a name nor any number, and " + (left > 1 ? "were" : "was") + " left out");
  }

  // Dates, row names, and the columns that count or rise.
  void leaveOutOthers() {
    const auto chosen = chosenColumn();
    std::vector<std::size_t> others(m_grid.width, 0);
    for (const auto& cell : m_grid.others) ++others[cell.column];
    const bool automatic = m_options.indexColumn.empty();
    if (chosen) takeChosen(*chosen, others[*chosen]);
    for (std::size_t j = 0; j < m_grid.width; ++j)
      if (others[j] > 0 && m_kept[j] && automatic && !takeDayAndTime(j, others)) takeWords(j, others[j]);
    for (const auto& cell : m_grid.others)
      if (m_kept[cell.column]) refuseOther(cell, others[cell.column]);
    if (automatic) leaveOutTrialNumbers();
    if (automatic) leaveOutCounting();
    if (automatic) refuseLongTable();
    if (std::find(m_kept.begin(), m_kept.end(), true) == m_kept.end())
      throw InputError(
          "holds no channel: all of its columns count rows or are empty (--index-column none keeps those "
          "that count)");
  }

  static bool isDate(const GridCell& cell) {
    return secondsOfDate(cell.text, false) || secondsOfDate(cell.text, true);
  }

  [[noreturn]] void refuseOther(const GridCell& cell, std::size_t others) const {
    if (isDate(cell))
      for (const auto& other : othersOf(cell.column))
        if (!isDate(other))
          throw InputError(placeOf(other) + " is " + shown(other.text) +
                           "; allowed: a date, as in the lines before");
    if (m_grid.rows > 2 && 2 * others > static_cast<std::size_t>(m_grid.rows))
      throw InputError(columnText(cell.column) + " holds no numbers (" + placeOf(cell) + " is " +
                       shown(cell.text) + "); allowed: numbers, or leave it out with --index-column " +
                       std::to_string(cell.column + 1));
    refuseCell(cell);
  }

  std::vector<GridCell> othersOf(std::size_t column) const {
    std::vector<GridCell> cells;
    for (const auto& cell : m_grid.others)
      if (cell.column == column) cells.push_back(cell);
    return cells;
  }

  // The seconds of a column of dates; empty if one is none.
  Vector datesIn(const std::vector<GridCell>& cells, bool dayFirst) const {
    Vector seconds(static_cast<Index>(cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto date = secondsOfDate(cells[i].text, dayFirst);
      if (!date) return {};
      seconds(static_cast<Index>(i)) = *date;
    }
    // Times of day begin anew at midnight.
    for (Index i = 1; i < seconds.size(); ++i)
      while (seconds(i) < seconds(i - 1) - 43200 && seconds(i) < 86400) seconds(i) += 86400;
    return seconds;
  }

  // "2024-05-01,12:00:00.5": a column of days and one of times of day behind it.
  bool takeDayAndTime(std::size_t column, const std::vector<std::size_t>& others) {
    const auto all = static_cast<std::size_t>(m_grid.rows);
    if (column + 1 >= m_grid.width || others[column] != all || others[column + 1] != all || all < 3)
      return false;
    const auto dayCells = othersOf(column), timeCells = othersOf(column + 1);
    Vector days = datesIn(dayCells, false), dayFirst = datesIn(dayCells, true);
    if (days.size() == 0) days = dayFirst;
    Vector times(m_grid.rows);
    for (std::size_t i = 0; i < all; ++i) {
      const auto time = secondsOfDate(timeCells[i].text, false);
      if (!time || *time < 0 || *time > 86400) return false;
      times(static_cast<Index>(i)) = *time;
    }
    const auto isDays = [](const Vector& v) {
      return v.size() > 0 && (v.array() >= 86400).all() &&
             ((v.array() / 86400) == (v.array() / 86400).round()).all();
    };
    if (!isDays(days)) return false;
    if (dayFirst.size() > 0 && !isSteady(days, dayFirst)) return false;  // 01/02: which is the month?
    const Vector seconds = days + times;
    leaveOut(column, "holds days and the next column times of day: taken together");
    take(column + 1, meaningFor(column + 1, seconds, true), seconds);
    return true;
  }

  void takeWords(std::size_t column, std::size_t count) {
    if (count != static_cast<std::size_t>(m_grid.rows)) return;
    const auto cells = othersOf(column);
    Vector dates = datesIn(cells, false);
    const Vector dayFirst = datesIn(cells, true);
    const bool ambiguous = dates.size() > 0 && dayFirst.size() > 0 && !isSteady(dates, dayFirst);
    if (dates.size() == 0) dates = dayFirst;
    if (dates.size() > 0 && dates.size() < 3) return leaveOut(column, "holds dates: left out");
    if (dates.size() > 0 && ambiguous)
      return leaveOut(column, "holds dates such as " + shown(cells.front().text) +
                                  ", of which day and month cannot be told apart: left out");
    if (dates.size() > 0) return take(column, meaningFor(column, dates, true), dates);
    if (column != 0) return;
    std::set<std::string_view> distinct;
    for (const auto& cell : cells) distinct.insert(cell.text);
    if (distinct.size() != cells.size() || distinct.size() < 2) return;
    for (const auto& cell : cells) m_table.rowNames.push_back(columnName({cell.text, false}));
    leaveOut(column, "holds a different word in every row (" + shown(cells.front().text) +
                         ", …): taken as the rows' names and left out" +
                         (isClockName(contextOf(column, false).name)
                              ? "; if these are times, they are not understood, and --dt says the time "
                                "between two rows"
                              : ""));
  }

  static bool isSteady(const Vector& a, const Vector& b) {
    return ((a.array() - a(0)) - (b.array() - b(0))).abs().maxCoeff() < 0.5;
  }

  ColumnContext contextOf(std::size_t column, bool dates) const {
    ColumnContext context;
    context.named = !m_names.empty();
    if (column < m_names.size()) context.name = m_names[column];
    if (column < m_table.columnUnits.size()) context.unit = m_table.columnUnits[column];
    context.first =
        std::find(m_kept.begin(), m_kept.end(), true) - m_kept.begin() == static_cast<std::ptrdiff_t>(column);
    context.dates = dates;
    return context;
  }

  ColumnMeaning meaningFor(std::size_t column, const Vector& values, bool dates) const {
    const auto lineOf = [&](Index row) { return m_grid.lineOf(row + m_rowsTaken); };
    try {
      return meaningOf(values, contextOf(column, dates), lineOf);
    } catch (const InputError& error) {
      throw InputError(columnText(column) + " " + error.what());
    }
  }

  void leaveOut(std::size_t column, const std::string& why) {
    m_kept[column] = false;
    note(columnText(column) + " " + why);
  }

  void take(std::size_t column, const ColumnMeaning& meaning, const Vector& values) {
    if (meaning.kind == ColumnMeaning::Kind::channel) {
      if (!meaning.note.empty()) note(columnText(column) + " " + meaning.note);
      return;
    }
    leaveOut(column, meaning.note);
    m_begins.insert(meaning.begins.begin(), meaning.begins.end());
    m_explained.push_back(column);
    const Index n = values.size();
    const bool rises = n > 1 && (values.tail(n - 1).array() > values.head(n - 1).array()).all();
    const bool better = m_table.interval > 0 && m_table.intervalUnit == "s";
    // What counts the rows tells of rows that are missing, though not of time.
    if (rises && !better && (meaning.kind == ColumnMeaning::Kind::clock || m_table.times.size() == 0))
      m_table.times = values * meaning.perUnit;
    if (meaning.kind != ColumnMeaning::Kind::clock || better) return;
    m_table.interval = meaning.interval;
    m_table.intervalUnit = meaning.unit;
  }

  void takeChosen(std::size_t column, std::size_t words) {
    if (words == 0) {
      const auto lineOf = [&](Index row) { return m_grid.lineOf(row + m_rowsTaken); };
      const Vector values = columnValues(column);
      return take(column, chosenMeaning(values, contextOf(column, false), lineOf), values);
    }
    const Vector dates = datesIn(othersOf(column), false);
    if (dates.size() == m_grid.rows && dates.size() > 2)
      return take(column, meaningFor(column, dates, true), dates);
    leaveOut(column, "left out, as chosen by hand");
  }

  void leaveOutCounting() {
    for (std::size_t j = 0; j < m_grid.width; ++j) {
      if (!m_kept[j]) continue;
      // A quick look first: most channels fall within their first rows.
      bool rises = true;
      const ColumnContext context = contextOf(j, false);
      const bool told = context.named && (isClockName(context.name) || isIndexName(context.name));
      for (Index i = 1; i < std::min<Index>(m_grid.rows, 5) && rises; ++i)
        rises = m_grid.at(i, j) > m_grid.at(i - 1, j);
      if (!rises && !told && !context.first) continue;
      if (std::count(m_kept.begin(), m_kept.end(), true) == 1) return;
      const Vector values = columnValues(j);
      ColumnMeaning meaning = meaningFor(j, values, false);
      if (const auto same = explainedLike(values);
          same && (rises || told) && (meaning.kind == ColumnMeaning::Kind::channel || !told)) {
        leaveOut(j, "repeats " + columnText(*same) + ": left out");
        continue;
      }
      // One column that counts and one clock are usual; more of them, not called so, are ramps.
      bool& taken = meaning.kind == ColumnMeaning::Kind::index ? m_hasIndex : m_hasClock;
      if (meaning.kind != ColumnMeaning::Kind::channel && taken && !told) {
        meaning.kind = ColumnMeaning::Kind::channel;
        meaning.note =
            "rises with every row, as a clock would, and was read as a channel; leave it out with "
            "--index-column";
      }
      taken = taken || meaning.kind != ColumnMeaning::Kind::channel;
      take(j, meaning, values);
    }
  }

  // The column, already left out, that has the same numbers.
  std::optional<std::size_t> explainedLike(const Vector& values) {
    for (const std::size_t column : m_explained)
      if (columnValues(column) == values) return column;
    return {};
  }

  // "trial,t,…": a column that numbers the trials, or stands so before a count that begins anew with each.
  void leaveOutTrialNumbers() {
    for (std::size_t j = 0; j < m_grid.width; ++j) {
      if (!m_kept[j]) continue;
      const std::string name = j < m_names.size() ? m_names[j] : "";
      const bool named = !m_names.empty() && isTrialName(name);
      const bool nameless = !m_names.empty() && name.empty() && j + 1 < m_grid.width && m_kept[j + 1];
      if (!named && !nameless) continue;
      const Vector values = columnValues(j);
      if (!values.allFinite() || !(values.array() == values.array().round()).all()) continue;
      const std::vector<Index> begins = blocksOf(values);
      if (begins.empty() && !(named && (values.array() == values(0)).all())) continue;
      if (nameless && !named) {
        const Vector next = columnValues(j + 1);
        if (!next.allFinite() || meaningFor(j + 1, next, false).begins != begins) continue;
      }
      m_begins.insert(begins.begin(), begins.end());
      leaveOut(j,
               begins.empty()
                   ? "is " + toText(values(0)) + " throughout and was taken for the trial's number: left out"
                   : "holds the same whole number for rows on end: taken as the number of the trial and left "
                     "out (" +
                         std::to_string(begins.size() + 1) + " trials)");
    }
  }

  // One row per neuron and time point.
  void refuseLongTable() {
    std::size_t channels = 0;
    for (std::size_t j = 0; j < m_grid.width; ++j) channels += m_kept[j];
    if (m_explained.empty() && m_begins.empty()) return;  // nothing else tells of time
    for (std::size_t j = 0; j < m_grid.width && channels <= 3; ++j)
      if (m_kept[j] && j < m_names.size() && isNeuronName(m_names[j]) && isCycle(columnValues(j)))
        throw InputError(columnText(j) +
                         " holds the same whole numbers again and again, as a table with one row per neuron "
                         "and time point has; allowed: one row per time point and one column per neuron "
                         "(--index-column none reads all columns as channels)");
  }

  // Numbers that often stand for a missing value.
  void saySentinels() {
    for (const double sentinel : {-999.0, -9999.0, -99999.0, 9999.0, 99999.0}) {
      std::size_t count = 0;
      double largest = 0;
      for (Index i = 0; i < m_grid.rows; ++i)
        for (std::size_t j = 0; j < m_grid.width; ++j) {
          if (!m_kept[j]) continue;
          const double value = m_grid.at(i, j);
          if (value == sentinel)
            ++count;
          else if (std::isfinite(value))
            largest = std::max(largest, std::abs(value));
        }
      if (count > 0 && 5 * largest < std::abs(sentinel))
        note(counted(count, "cell is ", "cells are ") + toText(sentinel) +
             ", which often stands for a missing value; read as the number");
    }
  }

  void sayWhatWasMissing() {
    std::size_t all = 0, empty = 0;
    std::string words;
    for (std::size_t j = 0; j < m_grid.width; ++j) empty += m_kept[j] ? m_grid.empty[j] : 0;
    std::size_t named = 0;
    for (const auto& [word, cells] : m_grid.missing) {
      all += cells.count;
      if (++named <= 4)
        words += (words.empty() ? "" : ", ") + std::to_string(cells.count) + " " + shown(word);
    }
    if (named > 4) words += ", …";
    all += empty;
    if (empty > 0) words = std::to_string(empty) + " empty" + (words.empty() ? "" : ", " + words);
    if (all == 0) return;
    note(counted(all, "cell holds", "cells hold") + " no number (" + words + ") and " +
         (all == 1 ? "was" : "were") + " read as missing samples");
  }

  void sayLines() {
    if (m_grid.comments.count > 0)
      note(counted(m_grid.comments.count, "comment line was", "comment lines were") +
           " left out (the first: line " + std::to_string(m_grid.comments.line) + ", " +
           shown(m_grid.comments.text) + ")");
    if (m_grid.blanks.count > 0)
      note(counted(m_grid.blanks.count, "blank line", "blank lines") + " between the rows (the first: line " +
           std::to_string(m_grid.blanks.line) + ") " + (m_grid.blanks.count == 1 ? "was" : "were") +
           " left out; the rows around " + (m_grid.blanks.count == 1 ? "it" : "them") + " follow each other");
    const CellCount& lone = m_grid.lone[0];
    if (m_options.decimal.empty() && m_grid.dialect.decimal == '.' && lone.count > 0 &&
        m_grid.decided[0].count == 0)
      note("no number tells whether the point is the decimal sign or groups thousands (the first: " +
           placeOf(lone.first) + ", " + shown(lone.first.text) +
           "); it was read as the decimal sign (--decimal comma reads it as thousands)");
    if (m_grid.dialect.decimal == ',')
      note(m_grid.width == 1 ? "the comma is the decimal sign"
                             : "the comma is the decimal sign; the columns are separated by " +
                                   separatorText(m_grid.dialect.separator));
  }

  DelimitedTable gathered() {
    const auto kept = static_cast<Index>(std::count(m_kept.begin(), m_kept.end(), true));
    m_table.values = largeMatrix(m_grid.rows, kept);
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Rows> all(m_grid.numbers.data(), m_grid.rows, static_cast<Index>(m_grid.width));
    if (kept == all.cols()) {
      m_table.values = all;
    } else {
      Index to = 0;
      for (std::size_t j = 0; j < m_grid.width; ++j)
        if (m_kept[j]) m_table.values.col(to++) = all.col(static_cast<Index>(j));
    }
    const auto chosen = [&](const std::vector<std::string>& from) {
      std::vector<std::string> texts;
      for (std::size_t j = 0; j < from.size(); ++j)
        if (m_kept[j]) texts.push_back(from[j]);
      return texts;
    };
    m_table.columnNames = chosen(m_names);
    m_table.columnUnits = chosen(m_table.columnUnits);
    return std::move(m_table);
  }

  Grid m_grid;
  const TableOptions& m_options;
  DelimitedTable m_table;
  std::vector<std::string> m_names;
  std::vector<bool> m_kept;
  bool m_hasIndex = false, m_hasClock = false;
  std::set<Index> m_begins;              // of trials, without the first row
  std::vector<std::size_t> m_explained;  // clocks and counts that were left out
  Index m_rowsTaken = 0;                 // rows that turned out to be names
};

}  // namespace

DelimitedTable tableOf(Grid grid, const TableOptions& options) {
  return Assembly(std::move(grid), options).make();
}

}  // namespace keyhole
