#include "core/io/delimited.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/table_cells.h"
#include "core/io/table_columns.h"
#include "core/io/table_grid.h"
#include "core/io/text_encoding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

namespace keyhole {
namespace {

constexpr const char* kByHand = "; choose by hand with --decimal comma, --decimal point or --separator";

std::string shown(const GridCell& cell) {
  return "line " + std::to_string(cell.line) + ", column " + std::to_string(cell.column + 1) + " is \"" +
         shownText(validUtf8(cell.text)) + "\"";
}

// What two columns of whole numbers separated by commas are: that, or one column with decimal commas.
enum class Pairs { surelyColumns, columns, decimals, doubtful };

class Reader {
 public:
  Reader(const std::string& path, const TableOptions& options) : Reader(path, options, readFileBytes(path)) {}

  // bytes: of the file. cut: they end within a line, which is left out.
  Reader(const std::string& path, const TableOptions& options, std::string bytes, bool cut = false)
      : m_path(path), m_options(options), m_bytes(textOfBytes(std::move(bytes), path, m_notes)) {
    const auto end = cut ? m_bytes.find_last_of("\n\r") : std::string::npos;
    if (end != std::string::npos) {
      m_kept = static_cast<double>(end + 1) / static_cast<double>(m_bytes.size());
      m_bytes.resize(end + 1);
    }
    m_text = m_bytes;
    if (const char separator = takeSeparatorLine(m_text)) {
      m_lines = 1;
      if (m_options.separator.empty()) m_options.separator = std::string(1, separator);
    }
    if (!m_options.header.empty()) {
      std::size_t lines = 0;
      std::from_chars(m_options.header.data(), m_options.header.data() + m_options.header.size(), lines);
      m_header = lines;
    }
  }

  double shareKept() const { return m_kept; }  // of the bytes

  DelimitedTable read() {
    std::optional<Grid> grid = chosenGrid();
    try {
      requireOneReading(*grid);
      sayRounded(*grid);
      DelimitedTable table = tableOf(std::move(*grid), m_options);
      table.notes.insert(table.notes.begin(), m_notes.begin(), m_notes.end());
      for (auto& note : table.notes) note = m_path + ": " + note;
      return table;
    } catch (const InputError& error) {
      const std::string why = error.what();
      const bool verb = why.starts_with("holds ") || why.starts_with("has ");
      throw InputError(m_path + (verb ? " " : ", ") + why);
    }
  }

 private:
  // The first dialect that reads all cells of the file; if none does, the likeliest, with its problem.
  Grid chosenGrid() {
    const auto dialects = likelyDialects(m_text, m_options);
    std::optional<Grid> first;
    for (const Dialect dialect : dialects) {
      Grid grid = gridWith(dialect);
      if (isClean(grid) && isHasty(grid)) continue;
      if (isClean(grid)) return withoutPairs(std::move(grid));
      if (!first || (!cutsLines(*first) && cutsLines(grid))) first = std::move(grid);
      if (m_text.size() > kLong) break;  // a slip deep in a long file is no other dialect
    }
    const bool plain = m_options.separator.empty() && m_options.decimal.empty() && first->quoted == 0;
    if (plain && first->dialect.separator == ',' && first->padded.count > 0 && first->decided[0].count == 0)
      refuseBoth(*first);
    return std::move(*first);
  }

  // The sign that the whole file decides for, though its first lines let guess another.
  Grid gridWith(Dialect dialect) {
    Grid grid = gridOf(m_text, dialect, m_lines, m_header);
    const bool other = grid.decided[dialect.decimal == '.' ? 1 : 0].count > 0 &&
                       grid.decided[dialect.decimal == '.' ? 0 : 1].count == 0;
    if (!other || !m_options.decimal.empty()) return grid;
    dialect.decimal = dialect.decimal == '.' ? ',' : '.';
    return gridOf(m_text, dialect, m_lines, m_header);
  }

  // All lines have the same length, and what is no number stands in the first column or fills a column.
  static bool isClean(const Grid& grid) {
    if (!grid.problem.empty() || grid.rows == 0) return false;
    return std::all_of(grid.others.begin(), grid.others.end(),
                       [&](const GridCell& cell) {
                         return (cell.column == 0 && grid.width > 1) ||
                                numberOf(cell.text, grid.dialect.decimal).has_value();
                       }) &&
           headersFit(grid);
  }

  // Has rows, or else words that stand in columns: what its refusal can tell of.
  static bool cutsLines(const Grid& grid) {
    if (grid.rows > 0 || !grid.problem.empty()) return true;
    return !grid.header.empty() && std::all_of(grid.header.begin(), grid.header.end(), [&](const auto& line) {
      return line.size() > 1 && line.size() == grid.header.front().size();
    });
  }

  // One column with decimal commas, of a few lines that would be two columns but for a slip.
  bool isHasty(const Grid& grid) const {
    constexpr Index kFew = 10;
    return m_options.separator.empty() && m_options.decimal.empty() && grid.width == 1 &&
           grid.decided[1].count > 0 && grid.rows < kFew;
  }

  static bool headersFit(const Grid& grid) {
    return std::all_of(grid.header.begin(), grid.header.end(), [&](const auto& line) {
      return line.size() == grid.width || line.size() + 1 == grid.width || line.size() <= 1 ||
             grid.width == 1;
    });
  }

  // Of two columns of whole numbers without names one may be meant, with decimal commas.
  Grid withoutPairs(Grid grid) {
    if (!m_options.separator.empty() || m_options.decimal == "comma") return grid;
    if (grid.dialect.separator != ',' || grid.decided[0].count > 0 || grid.quoted > 0) return grid;
    const bool named = std::any_of(grid.header.begin(), grid.header.end(),
                                   [&](const auto& line) { return line.size() == grid.width; });
    if (named) return grid;
    const Dialect oneColumn{kNoSeparator, m_options.decimal == "point" ? '.' : ',', 1};
    if (m_options.decimal == "point") {
      const bool thousands = grid.width == 2 && grid.shortest == 3 && grid.longest == 3;
      return thousands ? gridOf(m_text, oneColumn, m_lines, m_header) : std::move(grid);
    }
    if (grid.width > 2 && (grid.padded.count > 0 || grid.blankAfterSome)) refuseBoth(grid);
    if (grid.width != 2) return grid;
    switch (pairsIn(grid)) {
      case Pairs::decimals:
        return gridOf(m_text, oneColumn, m_lines, m_header);
      case Pairs::doubtful:
        throw InputError(
            m_path + ", line " + std::to_string(grid.lineOf(0)) +
            " and all others hold two whole numbers with a comma between them: two columns, or "
            "one with a decimal comma or thousands; choose by hand with --separator comma, --decimal "
            "comma or --decimal point");
      case Pairs::surelyColumns:
        return grid;
      case Pairs::columns:
        break;
    }
    m_notes.emplace_back(
        "read as two columns of whole numbers separated by commas (--decimal comma reads one "
        "column with decimal commas)");
    return grid;
  }

  [[noreturn]] void refuseBoth(const Grid& grid) const {
    const std::string what = grid.padded.count > 0 ? shown(grid.padded.first)
                                                   : "line " + std::to_string(grid.lineOf(0)) +
                                                         " has blanks behind some commas only";
    throw InputError(
        m_path + ", " + what +
        ": the comma seems to be the decimal sign and the separator at once; allowed: one of them "
        "(--separator comma reads every comma as a separator)");
  }

  Pairs pairsIn(Grid& grid) const {
    bool negative = false, below = false;
    double largest = 0, sum = 0;
    for (Index i = 0; i < grid.rows; ++i) {
      const double left = grid.at(i, 0), right = grid.at(i, 1);
      if (!std::isfinite(left) || !std::isfinite(right) || right < 0) return Pairs::surelyColumns;
      negative = negative || left < 0;
      below = below || right == 0;
      largest = std::max(largest, right);
      sum += right;
    }
    const bool oneName = !grid.header.empty() && grid.header.back().size() == 1;
    if (grid.padded.count > 0 || oneName) return Pairs::decimals;
    const double mean = sum / static_cast<double>(grid.rows);
    constexpr Index kFew = 5, kSome = 20, kMany = 50;
    // Three digits throughout: thousands, fractions or a column of its own.
    if (grid.shortest == 3 && grid.longest == 3) return Pairs::doubtful;
    if (grid.rows >= kFew && negative) return Pairs::doubtful;
    // Fractions of one length begin with 0 in every tenth row; they would have been found.
    if (grid.rows >= kFew && grid.rows < kMany && grid.shortest == grid.longest && grid.longest > 1)
      return Pairs::doubtful;
    // A last digit takes every value alike.
    if (grid.rows >= kSome && grid.longest == 1 && largest == 9 && below && mean > 3.5 && mean < 5.5)
      return Pairs::doubtful;
    return Pairs::columns;
  }

  // Throws if the decimal sign cannot be told, or if both are used as one.
  void requireOneReading(const Grid& grid) const {
    if (!m_options.decimal.empty() || !grid.problem.empty()) return;
    const auto &point = grid.decided[0], &comma = grid.decided[1];
    if (point.count > 0 && comma.count > 0)
      throw InputError(shown(point.first) + " and " + shown(comma.first) +
                       ": both a decimal point and a decimal comma; allowed: one of them" + kByHand);
    if (point.count > 0 || comma.count > 0 || grid.lone[1].count == 0) return;
    throw InputError(shown(grid.lone[1].first) +
                     ", and no number of the table tells whether the comma groups "
                     "thousands or is the decimal sign" +
                     kByHand);
  }

  void sayRounded(const Grid& grid) {
    const auto& [count, first] = grid.rounded;
    if (count == 0) return;
    m_notes.push_back(std::to_string(count) + (count == 1 ? " whole number has" : " whole numbers have") +
                      " more digits than are held (" + shown(first) + "): the nearest double was taken");
  }

  static constexpr std::size_t kLong = 64 << 20;  // bytes up to which all dialects are tried

  const std::string& m_path;
  TableOptions m_options;
  std::vector<std::string> m_notes;
  std::string m_bytes;
  double m_kept = 1;
  std::string_view m_text;
  std::size_t m_lines = 0;
  std::optional<std::size_t> m_header;
};

std::string quotedName(const std::string& name) {
  if (name.find_first_of(",;\"\t\n\r") == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

DelimitedTable readDelimited(const std::string& path, const TableOptions& options) {
  requireValid(options);
  return Reader(path, options).read();
}

TableBeginning readDelimitedBeginning(const std::string& path, const TableOptions& options,
                                      std::size_t bytes) {
  requireValid(options);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size <= bytes) {
    TableBeginning all{readDelimited(path, options), 0};
    all.rows = all.table.values.rows();
    return all;
  }
  bytes = bytes / 4 * 4;  // whole characters of UTF-16 and UTF-32
  std::string head(bytes, '\0');
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(head.data(), static_cast<std::streamsize>(bytes)))
    throw InputError("cannot read " + path + ": the first " + std::to_string(bytes) + " bytes are not there");
  Reader reader(path, options, head, true);
  const double used = reader.shareKept() * static_cast<double>(bytes);
  TableBeginning beginning{reader.read(), 0};
  beginning.rows = static_cast<Index>(static_cast<double>(beginning.table.values.rows()) *
                                      static_cast<double>(size) / used);
  return beginning;
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
