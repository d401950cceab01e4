#include "core/io/table_records.h"

#include "core/io/table_cells.h"
#include "core/io/text_encoding.h"

#include <algorithm>

namespace keyhole {
namespace {

// Cuts a line end off the front.
bool takeLineEnd(std::string_view& rest) {
  if (rest.starts_with("\r\n"))
    rest.remove_prefix(2);
  else if (rest.starts_with('\n') || rest.starts_with('\r'))
    rest.remove_prefix(1);
  else
    return false;
  return true;
}

std::size_t lineEndsIn(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    n += text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
  return n;
}

}  // namespace

TableRecords::TableRecords(std::string_view text, char separator) : m_rest(text), m_separator(separator) {
  for (const char end : {'\n', '\r'}) m_ends[static_cast<unsigned char>(end)] = true;
  if (separator != kNoSeparator) m_ends[static_cast<unsigned char>(separator)] = true;
  if (separator == kBlanks) m_ends[static_cast<unsigned char>('\t')] = true;
}

void TableRecords::skipBlanks(std::string_view& rest) const {
  while (!rest.empty() && (rest.front() == ' ' || (rest.front() == '\t' && m_separator != '\t')))
    rest.remove_prefix(1);
}

// From the opening quote on. What follows the closing one up to the separator belongs to the cell as well, so
// that a name such as "a"b is not cut.
TableCell TableRecords::quotedCell(std::string_view& rest) {
  std::size_t close = 1;
  while (true) {
    close = rest.find('"', close);
    if (close == std::string_view::npos) {
      m_open = true;
      const TableCell cell{rest.substr(1), true};
      rest = {};
      return cell;
    }
    if (close + 1 >= rest.size() || rest[close + 1] != '"') break;
    close += 2;
  }
  const std::string_view inside = rest.substr(1, close - 1);
  std::size_t end = close + 1;
  while (end < rest.size() && !m_ends[static_cast<unsigned char>(rest[end])]) ++end;
  const bool clean = trimmedCell(rest.substr(close + 1, end - close - 1)).empty();
  const TableCell cell{clean ? inside : rest.substr(0, end), clean};
  rest.remove_prefix(end);
  return cell;
}

TableCell TableRecords::plainCell(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && !m_ends[static_cast<unsigned char>(rest[end])]) ++end;
  std::string_view text = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!text.empty() &&
      (static_cast<unsigned char>(text.back()) <= ' ' || text.back() == '\xA0' ||
       static_cast<unsigned char>(text.front()) <= ' ' || text.front() == '\xC2' || text.front() == '\''))
    text = trimmedCell(text);
  return {text, false};
}

bool TableRecords::next(std::vector<TableCell>& cells) {
  cells.clear();
  if (m_rest.empty()) return false;
  m_first = m_line;
  std::string_view rest = m_rest;
  bool more = true;
  while (more) {
    skipBlanks(rest);
    const bool quoted = rest.starts_with('"');
    cells.push_back(quoted ? quotedCell(rest) : plainCell(rest));
    if (quoted) m_line += lineEndsIn(cells.back().text);
    if (m_separator == kBlanks) skipBlanks(rest);
    more = !rest.empty() && rest.front() != '\n' && rest.front() != '\r';
    if (more && m_separator != kBlanks) rest.remove_prefix(1);
  }
  m_raw = m_rest.substr(0, m_rest.size() - rest.size());
  if (takeLineEnd(rest)) ++m_line;
  m_rest = rest;
  return true;
}

std::string columnName(const TableCell& cell) {
  std::string name = validUtf8(cell.text);
  for (std::size_t at = 0; cell.quoted && (at = name.find("\"\"", at)) != std::string::npos; ++at)
    name.erase(at, 1);
  for (std::size_t at = 0; (at = name.find("\r\n", at)) != std::string::npos;) name.erase(at, 1);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c < 32 || c == 127; }, ' ');
  return std::string(trimmedCell(name));
}

}  // namespace keyhole
