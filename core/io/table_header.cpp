#include "core/io/table_header.h"

#include "core/common/error.h"
#include "core/io/column_names.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace keyhole {
namespace {

// Lines of words above the numbers.
class Header {
 public:
  explicit Header(TableInMaking& table) : m_table(table) {}

  void take() {
    std::vector<std::pair<std::size_t, std::vector<std::string>>> lines;
    for (std::size_t i = 0; i < m_table.grid.header.size(); ++i) {
      auto names = namesOf(m_table.grid.header[i]);
      if (names.size() == m_table.grid.width &&
          (names.size() > 1 || i + 1 == m_table.grid.header.size() || isUnitRow(names))) {
        lines.emplace_back(i, std::move(names));
      } else if (m_table.grid.header[i].size() <= 2 || m_table.grid.width == 1) {
        leaveOutHeaderLine(i, names);
      } else {
        throw InputError("line " + std::to_string(m_table.grid.headerLines[i]) + " has " +
                         std::to_string(m_table.grid.header[i].size()) + " names for " +
                         std::to_string(m_table.grid.width) +
                         " columns; allowed: one name per column, or one less where row names have none");
      }
    }
    if (lines.size() > 1)
      for (auto line = lines.rbegin(); line != lines.rend(); ++line)
        if (isUnitRow(line->second)) {
          m_table.result.columnUnits = line->second;
          m_table.note("line " + std::to_string(m_table.grid.headerLines[line->first]) + " (" +
                       shown(line->second.front()) +
                       ", …) holds no numbers and was taken for the columns' units");
          lines.erase(std::next(line).base());
          break;
        }
    chooseNames(lines);
    if (m_table.names.empty()) takeCommentedHeader();
  }

 private:
  // The cells of a header line, as many as the table has columns; R leaves out the name of the row names.
  std::vector<std::string> namesOf(const std::vector<TableCell>& cells) const {
    std::vector<std::string> names;
    for (const auto& cell : cells) names.push_back(columnName(cell));
    while (names.size() > m_table.grid.width && names.back().empty()) names.pop_back();
    while (trailingEmpty(names.size())) names.emplace_back();
    if (names.size() + 1 == m_table.grid.width && m_table.grid.width > 2) names.insert(names.begin(), "");
    return names;
  }

  // Whether all columns from this one on are empty: separators at the end of every line.
  bool trailingEmpty(std::size_t from) const {
    for (std::size_t column = from; column < m_table.grid.width; ++column)
      if (m_table.grid.empty[column] != static_cast<std::size_t>(m_table.grid.rows)) return false;
    return from < m_table.grid.width;
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
    m_table.note("line " + std::to_string(m_table.grid.headerLines[i]) + " (" +
                 shown(names.empty() ? "" : names.front()) + (names.size() > 1 ? ", …" : "") +
                 "), words above the table, was left out");
  }

  // The first line whose names are all different; if there is none, the lines together tell the columns
  // apart.
  void chooseNames(const std::vector<std::pair<std::size_t, std::vector<std::string>>>& lines) {
    if (lines.empty()) return;
    const auto distinct =
        std::find_if(lines.begin(), lines.end(), [](const auto& line) { return areDistinct(line.second); });
    if (distinct != lines.end() || lines.size() == 1) {
      const auto& chosen = distinct == lines.end() ? lines.front() : *distinct;
      m_table.names = chosen.second;
      for (const auto& line : lines) {
        if (line.first == chosen.first) continue;
        // pandas writes the index's name below the columns', other programs beside them.
        if (m_table.names.front().empty()) m_table.names.front() = line.second.front();
        leaveOutHeaderLine(line.first, line.second);
      }
      return;
    }
    m_table.names.assign(m_table.grid.width, "");
    for (const auto& line : lines)
      for (std::size_t j = 0; j < m_table.grid.width; ++j)
        m_table.names[j] += (m_table.names[j].empty() || line.second[j].empty() ? "" : " ") + line.second[j];
    m_table.note("the " + std::to_string(lines.size()) +
                 " lines of words above the numbers were taken together for the columns' names");
  }

  // "# time,a,b": a comment that names as many columns as there are.
  void takeCommentedHeader() {
    if (m_table.grid.commentedHeader.empty() || m_table.grid.dialect.separator == kBlanks ||
        m_table.grid.width < 2)
      return;
    TableRecords record(m_table.grid.commentedHeader, m_table.grid.dialect.separator);
    std::vector<TableCell> cells;
    if (!record.next(cells) || cells.size() != m_table.grid.width) return;
    m_table.names = namesOf(cells);
    --m_table.grid.comments.count;
    m_table.note("the comment " + shown(m_table.grid.commentedHeader) + " was taken for the columns' names");
  }

  TableInMaking& m_table;
};

// A first row of numbers that names the columns.
class CountingHeader {
 public:
  explicit CountingHeader(TableInMaking& table) : m_table(table) {}

  void take() {
    if (!m_table.names.empty() || m_table.grid.rows < 4) return;
    const bool corner = std::isnan(m_table.grid.at(0, 0));
    if (countsColumns(corner))
      takeNames(std::string(corner && wordsBelowCorner()
                                ? "rises from column to column and was taken for their names"
                                : "counts the columns and was taken for their names") +
                (corner ? "" : kOtherwise));
    else if (numbersUnits(corner))
      takeNames(std::string("holds whole numbers ") +
                (isQuoted() ? "in quotes"
                 : corner   ? "above rows that are counted"
                            : "far from all below") +
                " and was taken for the columns' names" + kOtherwise);
    else
      sayWhetherUnits();
  }

 private:
  static constexpr const char* kOtherwise = " (--header 0 reads it as numbers)";

  // ",0,1,2,…" above rows that are counted, or "0,1,2,…" above fractions: pandas names columns so.
  bool countsColumns(bool corner) {
    const std::size_t n = m_table.grid.width;
    if (n < 3) return false;
    const auto countsIn = [&](Index row) {
      for (std::size_t j = 1; j < n; ++j)
        if (m_table.grid.at(row, j) != m_table.grid.at(row, j - 1) + 1) return false;
      return true;
    };
    for (std::size_t j = 2; j < n; ++j)
      if (!(m_table.grid.at(0, j) > m_table.grid.at(0, j - 1))) return false;
    if (!corner && !countsIn(0)) return false;
    if (!corner && m_table.grid.at(0, 0) != 0 && m_table.grid.at(0, 0) != 1) return false;
    // Of four columns and more no row of counts is likely to be just that, unless the table counts
    // throughout.
    return corner ? firstColumnCounts() || wordsBelowCorner() : fractionsBelow() || (n >= 4 && !countsIn(1));
  }

  void takeNames(const std::string& why) {
    const std::size_t n = m_table.grid.width;
    const bool corner = std::isnan(m_table.grid.at(0, 0));
    for (std::size_t j = 0; j < n; ++j)
      m_table.names.push_back(std::isnan(m_table.grid.at(0, j)) ? "" : toText(m_table.grid.at(0, j)));
    m_table.note("line " + std::to_string(m_table.grid.lineOf(0)) + " " + why);
    m_table.grid.numbers.erase(m_table.grid.numbers.begin(),
                               m_table.grid.numbers.begin() + static_cast<std::ptrdiff_t>(n));
    if (corner && m_table.grid.empty[0] > 0) --m_table.grid.empty[0];
    --m_table.grid.rows;
    m_table.rowsTaken = 1;
    for (auto& cell : m_table.grid.others) --cell.row;
  }

  // Whether the first line holds different whole numbers, and perhaps an empty corner.
  bool wholeAndDistinct() const {
    std::set<double> seen;
    for (std::size_t j = 0; j < m_table.grid.width; ++j) {
      const double value = m_table.grid.at(0, j);
      if (j == 0 && std::isnan(value) && m_table.grid.empty[0] > 0) continue;
      if (!(value >= 0) || value != std::round(value) || !seen.insert(value).second) return false;
    }
    return seen.size() > 1;
  }

  bool isQuoted() const {
    const auto width = m_table.grid.width;
    return m_table.grid.quotedFirst == width && m_table.grid.quoted == width;
  }

  // "17,4,108": the numbers of units, as sorters and other programs give them.
  bool numbersUnits(bool corner) {
    constexpr Index kEnough = 10;
    if (m_table.grid.rows < kEnough || !wholeAndDistinct()) return false;
    return isQuoted() || (corner ? firstColumnCounts() : farFromAllBelow() && fractionsBelow());
  }

  // At least half of the first line is farther from what stands below than that is wide.
  bool farFromAllBelow() const {
    std::size_t far = 0;
    for (std::size_t j = 0; j < m_table.grid.width; ++j) {
      double least = HUGE_VAL, most = -HUGE_VAL;
      for (Index i = 1; i < m_table.grid.rows; ++i)
        if (const double value = m_table.grid.at(i, j); std::isfinite(value)) {
          least = std::min(least, value);
          most = std::max(most, value);
        }
      const double value = m_table.grid.at(0, j), span = most - least;
      far += span > 0 && (value < least - span || value > most + span);
    }
    return 2 * far >= m_table.grid.width;
  }

  // They may be, and the numbers below are none: read as numbers, which is said.
  void sayWhetherUnits() {
    constexpr Index kEnough = 10;
    if (m_table.grid.rows < kEnough || !wholeAndDistinct()) return;
    const bool far = farFromAllBelow();
    if (!far && wholeBelow()) return;
    m_table.note("line " + std::to_string(m_table.grid.lineOf(0)) + " holds whole numbers " +
                 (far ? "far from all below" : "alone, as no other line does,") +
                 " and was read as numbers (--header 1 takes them for the columns' names)");
  }

  // Whether some line below the first holds whole numbers alone.
  bool wholeBelow() const {
    for (Index i = 1; i < m_table.grid.rows; ++i) {
      bool whole = true;
      for (std::size_t j = 0; j < m_table.grid.width && whole; ++j)
        whole = m_table.grid.at(i, j) == std::round(m_table.grid.at(i, j));
      if (whole) return true;
    }
    return false;
  }

  // ",0.0,0.1,…" above row names: the times of a table that has them in columns.
  bool wordsBelowCorner() const {
    std::size_t words = 0;
    for (const auto& cell : m_table.grid.others) words += cell.column == 0;
    return words + 1 == static_cast<std::size_t>(m_table.grid.rows);
  }

  bool firstColumnCounts() {
    for (Index i = 2; i < m_table.grid.rows; ++i)
      if (m_table.grid.at(i, 0) != m_table.grid.at(i - 1, 0) + 1) return false;
    return m_table.grid.at(1, 0) == std::round(m_table.grid.at(1, 0));
  }

  bool fractionsBelow() {
    for (std::size_t j = 0; j < m_table.grid.width; ++j) {
      bool fraction = false;
      for (Index i = 1; i < m_table.grid.rows && !fraction; ++i)
        fraction = std::isfinite(m_table.grid.at(i, j)) &&
                   m_table.grid.at(i, j) != std::round(m_table.grid.at(i, j));
      if (!fraction) return false;
    }
    return true;
  }

  TableInMaking& m_table;
};

}  // namespace

void takeHeader(TableInMaking& table) {
  Header(table).take();
}

void takeCountingHeader(TableInMaking& table) {
  CountingHeader(table).take();
}

}  // namespace keyhole
