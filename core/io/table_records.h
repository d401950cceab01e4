// The lines of a table cut into cells, after RFC 4180: quotes may hold separators, line ends and doubled
// quotes; a line ends with LF, CR or CRLF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

// Between the cells: the character itself; kBlanks: any number of blanks and tabs; kNoSeparator: a line is
// one cell.
inline constexpr char kBlanks = ' ', kNoSeparator = '\0';

struct TableCell {
  std::string_view text;  // without the blanks around it and without its quotes
  bool quoted = false;
};

class TableRecords {
 public:
  // `text` must outlive the records and their cells.
  TableRecords(std::string_view text, char separator);

  // Reads the next record; false at the end. Blank lines come as a record of one empty cell that is not
  // quoted (of blanks alone also if these are separators of another kind: tabs).
  bool next(std::vector<TableCell>& cells);

  std::size_t line() const { return m_first; }    // where the record begins, from 1
  std::string_view raw() const { return m_raw; }  // the record without its line end
  bool openQuote() const { return m_open; }  // the text ended inside of quotes that the last record opened

 private:
  TableCell quotedCell(std::string_view& rest);
  TableCell plainCell(std::string_view& rest);
  void skipBlanks(std::string_view& rest) const;

  std::string_view m_rest, m_raw;
  char m_separator;
  bool m_more = false, m_open = false;
  bool m_ends[256] = {};  // the characters that end a cell without quotes
  std::size_t m_line = 1, m_first = 0;
};

// A name of a column as a person would write it: doubled quotes made one, line ends made blanks, valid UTF-8.
std::string columnName(const TableCell& cell);

}  // namespace keyhole
