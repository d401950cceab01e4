#include "core/io/octave_text.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"
#include "core/io/text_encoding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>

namespace keyhole {
namespace {

using Kind = FileNode::Kind;

constexpr std::string_view kBeginning = "# Created by Octave", kBinary = "Octave-1-";
constexpr int kDeepest = 40;

// How the numbers of a type stand below its header.
enum class Layout { rows, listed, sparse, range, diagonal };

class OctaveText : public FileTree {
 public:
  explicit OctaveText(const std::string& path) : m_path(path), m_text(readFileBytes(path)) {
    if (m_text.starts_with(kBinary))
      throw InputError(
          path + " is written in Octave's own binary format; allowed: save it with -v7, -hdf5 or -text");
    m_root.kind = Kind::group;
    m_root.type = "group";
    while (skipTo("# name: ")) m_root.children.push_back(variable(0));
    if (m_root.children.empty()) damaged("it holds no variable");
  }

  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    std::vector<Matrix> all;
    for (const FileNode* node : nodes) {
      m_at = static_cast<std::size_t>(node->ordinal);
      all.push_back(loaded(*node));
    }
    return all;
  }

 private:
  [[noreturn]] void damaged(const std::string& why) const {
    const auto line =
        1 + std::count(m_text.begin(),
                       m_text.begin() + static_cast<std::ptrdiff_t>(std::min(m_at, m_text.size())), '\n');
    throw InputError(m_path + " is damaged near line " + std::to_string(line) + ": " + why +
                     "; allowed: a whole text file of Octave");
  }

  // Lines, without their ends.
  std::string_view peek() const {
    const std::size_t end = std::min(m_text.find('\n', m_at), m_text.size());
    std::string_view line(m_text.data() + m_at, end - m_at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  void pass() { m_at = std::min(std::min(m_text.find('\n', m_at), m_text.size() - 1) + 1, m_text.size()); }
  bool atEnd() const { return m_at >= m_text.size(); }

  // False at the end of the file.
  bool skipTo(std::string_view head) {
    while (!atEnd() && !peek().starts_with(head)) pass();
    return !atEnd();
  }

  // What stands behind "# name: " in the next line that is not blank.
  std::string entry(const std::string& key) {
    while (!atEnd() && peek().find_first_not_of(' ') == std::string_view::npos) pass();
    const std::string head = "# " + key + ":";
    const std::string_view line = peek();
    if (!line.starts_with(head)) damaged("it has no \"" + head + "\" there");
    std::string value(line.substr(std::min(head.size() + 1, line.size())));
    pass();
    return value;
  }

  std::uint64_t count(const std::string& key) {
    const std::string text = entry(key);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      damaged("\"" + key + "\" is \"" + shownText(text) + "\"");
    return value;
  }

  std::vector<std::uint64_t> extents() {
    if (!peek().starts_with("# ndims:")) {
      const std::uint64_t rows = count("rows");
      return {rows, count("columns")};
    }
    const std::uint64_t n = count("ndims");
    if (n < 2 || n > 32) damaged("\"ndims\" is " + std::to_string(n));
    std::vector<std::uint64_t> all;
    for (const double extent : numbersOf(peek(), static_cast<std::size_t>(n))) {
      if (!(extent >= 0 && extent < 1e15)) damaged("an extent is " + toText(extent));
      all.push_back(static_cast<std::uint64_t>(extent));
    }
    pass();
    while (all.size() > 2 && all.back() == 1) all.pop_back();
    return all;
  }

  // The numbers of the one before are passed over.
  FileNode variable(int depth) {
    skipTo("# name: ");
    if (depth > kDeepest) damaged("it is nested more than " + std::to_string(kDeepest) + " deep");
    FileNode node;
    node.name = validUtf8(entry("name"));
    std::string type = entry("type");
    if (type.starts_with("global ")) type = type.substr(7);
    node.type = validUtf8(type);
    if (type == "scalar struct") return oneStruct(std::move(node), depth);
    if (type == "struct") return structs(std::move(node), depth);
    if (type == "cell") return cells(std::move(node), depth);
    if (type == "string" || type == "sq_string") {
      node.kind = Kind::text;
      node.type = "text";
    } else {
      numbers(node, type);
    }
    return node;
  }

  void numbers(FileNode& node, const std::string& type) {
    const auto ends = [&](const char* word) {
      return type == word || type.ends_with(std::string(" ") + word);
    };
    node.kind = Kind::numbers;
    const bool isSparse = type.starts_with("sparse ");
    if (type == "range" || type == "double_range" || ends("range")) {
      m_layout[node.ordinal = m_at] = Layout::range;
      pass();
      const auto parts = numbersOf(peek(), 3);
      const double steps = std::floor((parts[1] - parts[0]) / parts[2] * (1 + 1e-15) + 1e-10);
      if (!(steps < 1e12)) damaged("a range has no end");
      node.shape = {1, steps < 0 ? 0 : static_cast<std::uint64_t>(steps) + 1};
    } else if (isSparse) {
      m_stored = count("nnz");
      node.shape = extents();
      node.ordinal = m_at;
      m_layout[node.ordinal] = Layout::sparse;
      m_entries[node.ordinal] = m_stored;
    } else if (ends("matrix") && type != "permutation matrix") {
      const bool listed = peek().starts_with("# ndims:");  // then each number has a line, column by column
      node.shape = extents();
      node.ordinal = m_at;
      m_layout[node.ordinal] = type.ends_with("diagonal matrix") ? Layout::diagonal
                               : listed                          ? Layout::listed
                                                                 : Layout::rows;
    } else if (ends("scalar") || type == "bool" || type == "complex") {
      node.shape = {1, 1};
      node.ordinal = m_at;
      m_layout[node.ordinal] = Layout::rows;
    } else {
      node.kind = Kind::other;
      node.why = "has the type " + shownText(type) + ", which is not read";
    }
    // A header alone can claim any size; a number takes at least two bytes of text.
    const bool isDense = node.kind == Kind::numbers &&
                         (m_layout[node.ordinal] == Layout::rows || m_layout[node.ordinal] == Layout::listed);
    if (isDense && node.size() > (m_text.size() - std::min(m_at, m_text.size())) / 2 + 1)
      damaged(shownText(node.name) + " says it is " + shapeText(node.shape));
  }

  FileNode oneStruct(FileNode node, int depth) {
    node.kind = Kind::group;
    node.type = "struct";
    if (peek().starts_with("# ndims:")) node.shape = extents();
    node.shape.clear();
    const std::uint64_t n = count("length");
    for (std::uint64_t i = 0; i < n; ++i) node.children.push_back(variable(depth + 1));
    return node;
  }

  // Fields are cells of the struct's own size.
  FileNode structs(FileNode node, int depth) {
    const auto shape = extents();
    const std::uint64_t fields = count("length");
    node.kind = Kind::structs;
    node.shape = shape;
    const std::uint64_t n = node.size();
    for (std::uint64_t f = 0; f < fields; ++f) {
      FileNode field = variable(depth + 1);
      if (field.kind != Kind::cells || field.children.size() != n)
        damaged("the field " + shownText(field.name) + " of " + shownText(node.name) +
                " is not as long as it");
      node.children.resize(static_cast<std::size_t>(n));
      for (std::size_t i = 0; i < n; ++i) {
        FileNode& one = node.children[i];
        one.kind = Kind::group;
        one.type = "struct";
        one.children.push_back(std::move(field.children[i]));
        one.children.back().name = field.name;
      }
    }
    return node;
  }

  FileNode cells(FileNode node, int depth) {
    node.kind = Kind::cells;
    node.shape = extents();
    // Each element has two lines at least.
    if (node.size() > m_text.size() / 8)
      damaged(shownText(node.name) + " says it is " + shapeText(node.shape));
    for (std::uint64_t i = 0; i < node.size(); ++i) {
      if (!skipTo("# name: <cell-element>"))
        damaged(shownText(node.name) + " has fewer elements than it says");
      node.children.push_back(variable(depth + 1));
      node.children.back().name.clear();
    }
    return node;
  }

  // One number at the front of `text`, which it leaves behind.
  double numberIn(std::string_view& text) const {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) damaged("a number is missing");
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(" \t,)"));
    text.remove_prefix(word.size());
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error == std::errc() && end == word.data() + word.size()) return value;
    if (word == "NA" || word == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (word == "Inf") return std::numeric_limits<double>::infinity();
    if (word == "-Inf") return -std::numeric_limits<double>::infinity();
    damaged("\"" + shownText(word) + "\" is no number");
  }

  // A number, or a complex one in brackets whose imaginary part must be zero.
  double realIn(std::string_view& text, const FileNode& node) const {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos || text[begin] != '(') return numberIn(text);
    text.remove_prefix(begin + 1);
    const double real = numberIn(text);
    if (!text.starts_with(',')) damaged("a complex number is not closed");
    text.remove_prefix(1);
    if (numberIn(text) != 0)
      throw InputError(m_path + ":" + shownText(node.name) +
                       " is complex, and its imaginary part is not zero; allowed: real numbers");
    if (!text.starts_with(')')) damaged("a complex number is not closed");
    text.remove_prefix(1);
    return real;
  }

  std::vector<double> numbersOf(std::string_view line, std::size_t n) const {
    std::vector<double> all;
    for (std::size_t i = 0; i < n; ++i) all.push_back(numberIn(line));
    if (line.find_first_not_of(" \t") != std::string_view::npos)
      damaged("a line has more numbers than it should");
    return all;
  }

  Matrix loaded(const FileNode& node) {
    const Layout layout = m_layout.at(node.ordinal);
    if (layout == Layout::sparse) return sparse(node);
    const auto rows = static_cast<Index>(node.shape[0]);
    if (layout == Layout::range) {
      pass();
      const auto parts = numbersOf(peek(), 3);
      Matrix values(rows, static_cast<Index>(node.shape[1]));
      for (Index i = 0; i < values.cols(); ++i) values(0, i) = parts[0] + static_cast<double>(i) * parts[2];
      return values;
    }
    if (node.size() == 0) return Matrix(rows, static_cast<Index>(node.shape[1]));
    if (layout == Layout::diagonal) return diagonal(node);
    const Index columns = static_cast<Index>(node.size()) / rows;
    Matrix values = largeMatrix(rows, columns);
    const bool byRows = layout == Layout::rows;
    for (Index i = 0; i < (byRows ? rows : values.size()); ++i) {
      if (atEnd()) damaged(shownText(node.name) + " ends too early");
      std::string_view line = peek();
      for (Index j = 0; j < (byRows ? columns : 1); ++j)
        (byRows ? values(i, j) : values.data()[i]) = realIn(line, node);
      if (line.find_first_not_of(" \t") != std::string_view::npos)
        damaged("a line of " + shownText(node.name) + " has more numbers than it should");
      pass();
    }
    return values;
  }

  Matrix diagonal(const FileNode& node) {
    requireFew(node, std::min(node.shape[0], node.shape[1]));
    Matrix values = Matrix::Zero(static_cast<Index>(node.shape[0]), static_cast<Index>(node.shape[1]));
    for (Index i = 0; i < std::min(values.rows(), values.cols()); ++i, pass()) {
      std::string_view line = peek();
      values(i, i) = realIn(line, node);
    }
    return values;
  }

  void requireFew(const FileNode& node, std::uint64_t stored) const {
    if (node.size() > mostOfSparse(stored))
      throw InputError(m_path + ":" + shownText(node.name) + " is " + shapeText(node.shape) +
                       ", most of it zeros; allowed: up to " + std::to_string(mostOfSparse(stored)) +
                       " entries with the zeros");
  }

  Matrix sparse(const FileNode& node) {
    const std::uint64_t stored = m_entries.at(node.ordinal);
    requireFew(node, std::min<std::uint64_t>(stored, m_text.size() / 6 + 1));
    Matrix values = Matrix::Zero(static_cast<Index>(node.shape[0]), static_cast<Index>(node.shape[1]));
    for (std::uint64_t k = 0; k < stored; ++k, pass()) {
      if (atEnd()) damaged(shownText(node.name) + " ends too early");
      std::string_view line = peek();
      const double row = numberIn(line), column = numberIn(line);
      if (!(row >= 1 && row <= static_cast<double>(values.rows()) && column >= 1 &&
            column <= static_cast<double>(values.cols())))
        damaged("an entry of " + shownText(node.name) + " stands in row " + toText(row) + ", column " +
                toText(column));
      values(static_cast<Index>(row) - 1, static_cast<Index>(column) - 1) = realIn(line, node);
    }
    return values;
  }

  std::string m_path, m_text;
  std::size_t m_at = 0;
  std::uint64_t m_stored = 0;
  FileNode m_root;
  std::map<std::uint64_t, Layout> m_layout;          // by where the numbers begin
  std::map<std::uint64_t, std::uint64_t> m_entries;  // stored ones of a sparse matrix
};

}  // namespace

bool isOctaveText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(kBeginning.size(), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head == kBeginning || head.starts_with(kBinary);
}

std::unique_ptr<FileTree> openOctaveText(const std::string& path) {
  return std::make_unique<OctaveText>(path);
}

}  // namespace keyhole
