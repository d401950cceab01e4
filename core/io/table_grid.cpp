#include "core/io/table_grid.h"

#include "core/common/nan.h"
#include "core/io/file_bytes.h"
#include "core/io/table_cells.h"
#include "core/io/table_clock.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace keyhole {
namespace {

bool isWord(const TableCell& cell) {
  return !isMissingWord(cell.text) && !plainNumber(cell.text) && !shapeOfNumber(cell.text).isNumber &&
         !secondsOfDate(cell.text, false) && !secondsOfDate(cell.text, true) && !truthOf(cell.text);
}

// Words and empty cells, but no number.
bool isOfWords(const std::vector<TableCell>& cells) {
  return std::any_of(cells.begin(), cells.end(), isWord) &&
         std::all_of(cells.begin(), cells.end(),
                     [](const TableCell& cell) { return isMissingWord(cell.text) || isWord(cell); });
}

// Whether a column that holds a word here does not in the line below.
bool changesBelow(const std::vector<TableCell>& cells, const std::vector<TableCell>& below) {
  for (std::size_t j = 0; j < std::min(cells.size(), below.size()); ++j)
    if (isWord(cells[j]) && !beginsWithNumber(cells[j].text) && !isWord(below[j])) return true;
  return false;
}

// "unit,0,1,0,1" below names: numbers that name the columns once more.
bool isFurtherNames(const std::vector<TableCell>& cells) {
  return cells.size() > 1 && isWord(cells.front()) &&
         std::all_of(cells.begin() + 1, cells.end(), [](const TableCell& cell) {
           const auto number = plainNumber(cell.text);
           return isMissingWord(cell.text) || (number && *number == std::round(*number));
         });
}

bool isBlankLine(const std::vector<TableCell>& cells) {
  return cells.size() == 1 && cells.front().text.empty() && !cells.front().quoted;
}

class GridReader {
 public:
  GridReader(std::string_view text, Dialect dialect, std::size_t lines, std::optional<std::size_t> header)
      : m_records(text, dialect.separator), m_lines(lines), m_headerLines(header), m_bytes(text.size()) {
    m_grid.dialect = dialect;
  }

  Grid read() {
    std::vector<TableCell> cells;
    LineCount blanks;  // since the last row
    while (m_grid.problem.empty() && m_records.next(cells)) {
      if (m_records.openQuote()) {
        refuse("opens a quote that is never closed; allowed: a second quote at its end");
        break;
      }
      const std::string_view raw = trimmedCell(m_records.raw());
      if (isBlankLine(cells)) {
        blanks.add(line(), {});
        continue;
      }
      if (isComment(cells, raw)) {
        takeComment(raw);
        continue;
      }
      if (m_grid.rows == 0 && takeHeader(cells)) continue;
      takeBlanks(blanks);
      takeRow(cells);
    }
    return std::move(m_grid);
  }

 private:
  std::size_t line() const { return m_records.line() + m_lines; }

  void refuse(const std::string& why) {
    if (m_grid.problem.empty()) m_grid.problem = "line " + std::to_string(line()) + " " + why;
  }

  bool isComment(const std::vector<TableCell>& cells, std::string_view raw) const {
    if (raw.empty() || (raw.front() != '#' && raw.front() != '%')) return false;
    return !isMissingWord(cells.front().text);  // "#N/A" is a value that is not there
  }

  void takeComment(std::string_view raw) {
    m_grid.comments.add(line(), raw);
    if (m_grid.rows > 0) return;
    const auto begin = raw.find_first_not_of("#% \t");
    m_grid.commentedHeader = begin == std::string_view::npos ? std::string_view{} : raw.substr(begin);
  }

  // In a table of one column a blank line is a cell without a value; between rows it counts.
  void takeBlanks(LineCount& blanks) {
    if (m_grid.rows > 0 && blanks.count > 0) {
      if (m_grid.width == 1) {
        for (std::size_t i = 0; i < blanks.count; ++i) m_grid.numbers.push_back(kNaN);
        m_grid.rows += static_cast<Index>(blanks.count);
        m_grid.empty[0] += blanks.count;
      } else {
        const std::size_t before = m_grid.blanks.count;
        if (before == 0) m_grid.blanks.line = blanks.line;
        m_grid.blanks.count += blanks.count;
      }
    }
    blanks = {};
  }

  // A line of names or units, or words above the table. A line of words and numbers is one if the next line
  // has numbers below some of the words: else these are a column of words.
  bool takeHeader(const std::vector<TableCell>& cells) {
    constexpr std::size_t kMost = 50;
    if (m_headerLines) {
      if (m_grid.header.size() >= *m_headerLines) return false;
    } else {
      const bool above = m_grid.dialect.width > 2 && cells.size() <= 2 && isWord(cells.front());
      if (!above && !isOfWords(cells) && !mayBeNames(cells)) return false;
      if (m_grid.header.size() == kMost) {
        m_grid.problem = nothingFollows();
        return true;
      }
    }
    m_grid.header.push_back(cells);
    m_grid.headerLines.push_back(line());
    return true;
  }

  // So many lines of words: the first cell that begins as a number says more than the first word.
  std::string nothingFollows() const {
    const auto begins = [&](std::size_t i, std::size_t j) {
      return j < m_grid.header[i].size() && beginsWithNumber(m_grid.header[i][j].text);
    };
    for (std::size_t i = 0; i < m_grid.header.size(); ++i)
      for (std::size_t j = 0; j < m_grid.header[i].size(); ++j)
        if (const TableCell& cell = m_grid.header[i][j]; begins(i, j) && (i > 0 || begins(1, j)))
          return "line " + std::to_string(m_grid.headerLines[i]) + ", column " + std::to_string(j + 1) +
                 " is \"" + shownText(cell.text) + "\", and no line holds numbers alone; allowed: numbers";
    return "line " + std::to_string(m_grid.headerLines.front()) + ", column 1 is \"" +
           shownText(columnName(m_grid.header.front().front())) + "\", and no numbers follow in " +
           std::to_string(m_grid.header.size()) +
           " lines; allowed: a table of numbers, one time point a line";
  }

  // A line of words and numbers: names, if there are none of this width yet or it may go on with them.
  bool mayBeNames(const std::vector<TableCell>& cells) const {
    const bool named = std::any_of(m_grid.header.begin(), m_grid.header.end(), [&](const auto& line) {
      return line.size() == cells.size() && cells.size() > 1 && isOfWords(line);
    });
    return (!named || isFurtherNames(cells)) && changesBelow(cells, nextCells());
  }

  // Of the next line with a number; empty: there is none.
  std::vector<TableCell> nextCells() const {
    TableRecords ahead = m_records;
    std::vector<TableCell> cells;
    while (ahead.next(cells))
      if (!isBlankLine(cells) && !isOfWords(cells)) return cells;
    return {};
  }

  void begin(const std::vector<TableCell>& cells) {
    m_grid.width = cells.size();
    m_grid.empty.assign(cells.size(), 0);
    // About as many numbers as the file's length lets expect.
    const std::size_t perRow = std::max<std::size_t>(m_records.raw().size(), 2 * cells.size());
    m_grid.numbers.reserve(m_bytes / perRow * cells.size());
    std::size_t spaced = 0, tight = 0;
    const std::string_view raw = m_records.raw();
    for (std::size_t i = 0; i + 1 < raw.size(); ++i)
      if (raw[i] == ',') ++(raw[i + 1] == ' ' ? spaced : tight);
    m_grid.blankAfterSome = spaced > 0 && tight > 0;
  }

  void takeRow(const std::vector<TableCell>& cells) {
    if (m_grid.rows == 0) begin(cells);
    if (cells.size() != m_grid.width)
      return refuse("has " + std::to_string(cells.size()) +
                    " cells; allowed: " + std::to_string(m_grid.width) + ", as in the lines before");
    const std::size_t offset = line() - static_cast<std::size_t>(m_grid.rows);
    if (m_grid.lineOffsets.empty() || m_grid.lineOffsets.back().second != offset)
      m_grid.lineOffsets.emplace_back(m_grid.rows, offset);
    for (std::size_t column = 0; column < cells.size(); ++column)
      m_grid.numbers.push_back(takeCell(cells[column], column));
    if (m_grid.rows == 0) m_grid.quotedFirst = m_grid.quoted;
    ++m_grid.rows;
  }

  double takeCell(const TableCell& cell, std::size_t column) {
    m_grid.quoted += cell.quoted;
    if (cell.text.empty()) {
      ++m_grid.empty[column];
      return kNaN;
    }
    if (column == 1 && m_grid.dialect.separator == ',') {
      const std::size_t length = cell.text.size();
      m_grid.longest = std::max(m_grid.longest, length);
      m_grid.shortest = m_grid.shortest == 0 ? length : std::min(m_grid.shortest, length);
    }
    const bool asks = m_grid.dialect.decimal == ',' || m_grid.decided[0].count == 0;
    const bool marked = asks && cell.text.find_first_of(".,") != std::string_view::npos;
    if (m_grid.dialect.decimal == '.' || !marked)
      if (const auto number = plainNumber(cell.text)) {
        if (std::isnan(*number)) return missing(cell, column);
        if (std::abs(*number) >= 0x1p53 && isRounded(cell.text, *number))
          m_grid.rounded.add(here(cell, column));
        if (asks && (column > 0 || marked || cell.text == "-0")) weigh(cell, column, marked);
        return *number;
      }
    return takeOther(cell, column);
  }

  // Whether a whole number beyond 2^53 has become another one.
  static bool isRounded(std::string_view text, double number) {
    if (text.front() == '+') text.remove_prefix(1);
    std::int64_t whole = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, whole);
    if (at != end) return false;
    return error != std::errc() || std::abs(number) >= 0x1p63 || static_cast<std::int64_t>(number) != whole;
  }

  // What a number says about the decimal sign: asked until there is an answer.
  void weigh(const TableCell& cell, std::size_t column, bool marked) {
    if (!marked && cell.text.front() != '0' && cell.text.front() != '-') return;
    judge(shapeOfNumber(cell.text), cell, column);
  }

  void judge(const NumberShape& shape, const TableCell& cell, std::size_t column) {
    const GridCell at = here(cell, column);
    if (shape.decidesFor) m_grid.decided[shape.decidesFor == ','].add(at);
    if (shape.lone) m_grid.lone[shape.lone == ','].add(at);
    if (shape.paddedWithZero && (column > 0 || cell.text == "-0")) m_grid.padded.add(at);
  }

  double missing(const TableCell& cell, std::size_t column) {
    m_grid.missing[std::string(cell.text)].add(here(cell, column));
    return kNaN;
  }

  double takeOther(const TableCell& cell, std::size_t column) {
    if (isMissingWord(cell.text)) return missing(cell, column);
    const NumberShape shape = shapeOfNumber(cell.text);
    judge(shape, cell, column);
    if (m_grid.dialect.decimal == ',' && shape.isNumber && !shape.lone && !shape.grouped &&
        !shape.oddlyWritten)
      if (cell.text.find('.') == std::string_view::npos && shape.decidesFor == ',')
        if (const auto number = numberOf(cell.text, ',')) return *number;
    m_grid.others.push_back(here(cell, column));
    return kNaN;
  }

  GridCell here(const TableCell& cell, std::size_t column) const {
    return {m_grid.rows, column, line(), cell.text};
  }

  TableRecords m_records;
  std::size_t m_lines;
  std::optional<std::size_t> m_headerLines;
  std::size_t m_bytes;
  Grid m_grid;
};

}  // namespace

std::size_t Grid::lineOf(Index row) const {
  auto after = std::upper_bound(lineOffsets.begin(), lineOffsets.end(), row,
                                [](Index r, const auto& entry) { return r < entry.first; });
  return after == lineOffsets.begin() ? 0 : static_cast<std::size_t>(row) + std::prev(after)->second;
}

Grid gridOf(std::string_view text, Dialect dialect, std::size_t lines, std::optional<std::size_t> header) {
  return GridReader(text, dialect, lines, header).read();
}

}  // namespace keyhole
