#include "core/io/delimited.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

namespace keyhole {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string_view unquoted(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.size() >= 2 && (cell.front() == '"' || cell.front() == '\'') && cell.back() == cell.front())
    return cell.substr(1, cell.size() - 2);
  return cell;
}

// A number too large or too small for a double: infinity or zero, with its sign. A long double reaches far
// enough to tell which, except for exponents in the thousands, whose sign tells.
double beyondDouble(std::string_view cell) {
  long double value = 0;
  const bool known = std::from_chars(cell.data(), cell.data() + cell.size(), value).ec == std::errc();
  const bool large =
      known ? std::abs(value) > 1 : cell.find("e-") == cell.npos && cell.find("E-") == cell.npos;
  return std::copysign(large ? std::numeric_limits<double>::infinity() : 0.0,
                       cell.front() == '-' ? -1.0 : 1.0);
}

// The number in a cell; NaN for an empty one; nothing if it is no number.
std::optional<double> numberIn(std::string_view cell) {
  cell = trimmed(unquoted(cell));
  if (cell.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (cell.front() == '+' && !cell.starts_with("+-")) cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (end != cell.data() + cell.size()) return {};
  if (error == std::errc::result_out_of_range) return beyondDouble(cell);
  if (error != std::errc()) return {};
  return value;
}

// Blanks, any number of them, separate if nothing else does, as numpy.savetxt writes.
char separatorOf(std::string_view line) {
  for (const char candidate : {'\t', ';', ',', ' '})
    if (trimmed(line).find(candidate) != std::string_view::npos) return candidate;
  return ',';
}

// Cuts the next cell off the line; a quoted cell may contain the separator.
std::string_view nextCell(std::string_view& rest, char separator, bool& more) {
  std::size_t from = 0;
  const auto begin = rest.find_first_not_of(" ");
  if (separator == ' ') rest = trimmed(rest);
  if (separator == ' ' && rest.front() != '"') {
    const auto at = rest.find_first_of(" ");
    more = at != std::string_view::npos;
    const std::string_view cell = rest.substr(0, at);
    rest = more ? rest.substr(at) : std::string_view{};
    return cell;
  }
  if (begin != std::string_view::npos && rest[begin] == '"') {
    const auto close = rest.find('"', begin + 1);
    if (close != std::string_view::npos) from = close;
  }
  const auto at = rest.find(separator, from);
  more = at != std::string_view::npos;
  const std::string_view cell = rest.substr(0, at);
  rest = more ? rest.substr(at + 1) : std::string_view{};
  return cell;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : m_path(path), m_bytes(readFileBytes(path)) {}

  DelimitedTable read() {
    std::string_view rest = m_bytes;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    while (!rest.empty()) {
      ++m_line;
      const auto newline = rest.find_first_of("\n");
      const std::string_view line = rest.substr(0, newline);
      rest = newline == std::string_view::npos ? std::string_view{} : rest.substr(newline + 1);
      const auto content = trimmed(line);
      if (content.empty() || content.front() == '#') continue;
      if (m_width == 0) {
        m_separator = separatorOf(line);
        if (takeHeader(line)) continue;
      }
      takeRow(line);
    }
    if (m_numbers.empty())
      throw InputError(m_path + " holds no numbers; allowed: a table of numbers, one time point a line");
    DelimitedTable table;
    const auto width = static_cast<Index>(m_width);
    const auto height = static_cast<Index>(m_numbers.size()) / width;
    table.values = Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
        m_numbers.data(), height, width);
    table.columnNames = std::move(m_names);
    return table;
  }

 private:
  bool takeHeader(std::string_view line) {
    std::vector<std::string> names;
    bool anyText = false, more = true;
    while (more) {
      const auto cell = nextCell(line, m_separator, more);
      anyText = anyText || !numberIn(cell);
      names.emplace_back(unquoted(cell));
    }
    if (!anyText) return false;
    m_width = names.size();
    m_names = std::move(names);
    return true;
  }

  void takeRow(std::string_view line) {
    std::size_t column = 0;
    bool more = true;
    while (more) {
      const auto cell = nextCell(line, m_separator, more);
      ++column;
      const auto number = numberIn(cell);
      if (!number)
        throw InputError(m_path + ", line " + std::to_string(m_line) + ", column " + std::to_string(column) +
                         " is \"" + shownText(unquoted(cell)) + "\"; allowed: a number with a decimal point");
      m_numbers.push_back(*number);
    }
    if (m_width == 0) m_width = column;
    if (column != m_width)
      throw InputError(m_path + ", line " + std::to_string(m_line) + " has " + std::to_string(column) +
                       " cells; allowed: " + std::to_string(m_width) + ", as in the lines before");
  }

  const std::string& m_path;
  std::string m_bytes;
  std::vector<double> m_numbers;  // row by row
  std::vector<std::string> m_names;
  std::size_t m_width = 0;
  std::size_t m_line = 0;
  char m_separator = ',';
};

std::string quotedName(const std::string& name) {
  return name.find_first_of(",;\"\t\n") == std::string::npos ? name : "\"" + name + "\"";
}

}  // namespace

DelimitedTable readDelimited(const std::string& path) {
  return Reader(path).read();
}

std::string delimitedBytes(const std::vector<std::string>& columnNames, ConstMatrixRef rows) {
  std::string bytes;
  for (std::size_t j = 0; j < columnNames.size(); ++j) bytes += (j ? "," : "") + quotedName(columnNames[j]);
  if (!columnNames.empty()) bytes += '\n';
  for (Index i = 0; i < rows.rows(); ++i) {
    for (Index j = 0; j < rows.cols(); ++j) {
      if (j) bytes += ',';
      bytes += toText(rows(i, j));
    }
    bytes += '\n';
  }
  return bytes;
}

}  // namespace keyhole
