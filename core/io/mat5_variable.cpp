#include "core/io/mat5_variable.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"
#include "core/io/mat5_elements.h"
#include "core/io/number_types.h"
#include "core/io/text_encoding.h"

#include <algorithm>

namespace keyhole::mat5 {
namespace {

// More types of data elements.
enum : std::uint32_t { kInt32 = 5, kUint32 = 6 };

// The classes of arrays, by number.
constexpr const char* kClasses[] = {"unknown", "cell",   "struct", "object", "char",     "sparse",
                                    "double",  "single", "int8",   "uint8",  "int16",    "uint16",
                                    "int32",   "uint32", "int64",  "uint64", "function", "object"};
enum : std::uint32_t { kCell = 1, kStruct, kObject, kChar, kSparse, kDouble, kLastNumber = 15, kOpaque = 17 };

// Walks through one variable from its beginning; nodes get their ordinals in the order in which they come.
class Walk {
 public:
  Walk(const Source& source, const Wanted& wanted)
      : m_subject(source.subject),
        m_elements(source.subject, source.stream, source.swapped, source.checked),
        m_swapped(source.swapped),
        m_wanted(wanted),
        m_quick(source.quick) {}

  FileNode variable(std::uint64_t size) { return array(size, 0); }
  FileNode taggedVariable() {
    const Tag tag = m_elements.tag();
    if (tag.type != kMatrix) damaged("a compressed variable is no array");
    return array(tag.size, 0);
  }
  std::uint64_t surplus() const { return m_elements.surplus(); }

 private:
  static constexpr int kDeepest = 40;
  static constexpr std::uint64_t kMostNodes = 2'000'000, kQuickBytes = 64 << 20;

  [[noreturn]] void damaged(const std::string& why) const { m_elements.damaged(why); }

  std::vector<std::uint64_t> readShape() {
    const Tag tag = m_elements.tag();
    const std::string bytes = m_elements.shortData(tag, 4 * 32);
    if (tag.type != kInt32 || bytes.size() < 8) damaged("an array has no shape");
    std::vector<std::uint64_t> shape;
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      const std::uint32_t extent = m_elements.u32(bytes.data() + i);
      if (extent >> 31) damaged("an array has a negative extent");
      shape.push_back(extent);
    }
    while (shape.size() > 2 && shape.back() == 1) shape.pop_back();
    return shape;
  }

  // The content of an array element of so many bytes.
  FileNode array(std::uint64_t size, int depth) {
    FileNode node;
    node.ordinal = m_nodes++;
    if (m_nodes > kMostNodes)
      damaged("it has more than " + std::to_string(kMostNodes) + " arrays in one variable");
    if (depth > kDeepest)
      throw InputError(m_subject + " has structs that are nested more than " + std::to_string(kDeepest) +
                       " deep; allowed: up to " + std::to_string(kDeepest));
    const std::uint64_t end = m_elements.position() + size, surplus = m_elements.surplus();
    if (size == 0) {
      node.kind = FileNode::Kind::numbers;
      node.type = "double";
      node.shape = {0, 0};
      if (Matrix* to = wanted(node)) *to = Matrix(0, 0);
      return node;
    }
    const Tag tag = m_elements.tag();
    const std::string flags = m_elements.shortData(tag, 8);
    if (tag.type != kUint32 || flags.size() < 8) damaged("an array has no class");
    const std::uint32_t word = m_elements.u32(flags.data()), number = word & 0xFF;
    const bool complexNumbers = word & 0x0800, logical = word & 0x0200;
    node.type = kClasses[number < std::size(kClasses) ? number : 0];
    if (number == kOpaque || number < kCell || number > kOpaque) {
      if (number == kOpaque) node.name = validUtf8(m_elements.shortData(m_elements.tag(), 1 << 16));
      node.why = "is an object, of which only MATLAB knows the content";
      leave(end, depth, surplus);
      return node;
    }
    node.shape = readShape();
    node.name = validUtf8(m_elements.shortData(m_elements.tag(), 1 << 16));
    if (number >= kDouble && number <= kLastNumber)
      numbers(node, complexNumbers, logical, end, depth);
    else if (number == kSparse)
      sparse(node, complexNumbers, logical);
    else if (number == kCell)
      cells(node, depth);
    else if (number == kStruct || number == kObject)
      structs(node, number == kObject, depth);
    else if (number == kChar)
      text(node, end, depth);
    leave(end, depth, surplus);
    return node;
  }

  // A look at a variable's header does not need the rest of it.
  bool looksOnly(int depth) const { return depth == 0 && m_wanted.empty(); }

  void leave(std::uint64_t end, int depth, std::uint64_t surplus) {
    if (!looksOnly(depth) && !tooLong()) m_elements.leave(end, surplus);
  }

  void text(FileNode& node, std::uint64_t end, int depth) {
    node.kind = FileNode::Kind::text;
    if (!looksOnly(depth)) m_elements.passData(end);
  }

  Matrix* wanted(const FileNode& node) const {
    const auto found = m_wanted.find(node.ordinal);
    return found == m_wanted.end() ? nullptr : found->second;
  }

  std::string shown(const FileNode& node) const {
    return (node.name.empty() ? "an array" : shownText(node.name)) + " (" + shapeText(node.shape) + ")";
  }

  void numbers(FileNode& node, bool complexNumbers, bool logical, std::uint64_t end, int depth) {
    node.kind = FileNode::Kind::numbers;
    if (logical) node.type = "logical";
    if (complexNumbers) node.type = "complex " + node.type;
    Matrix* to = wanted(node);
    if (!to) {
      for (int parts = complexNumbers ? 2 : 1; parts > 0 && !looksOnly(depth); --parts)
        m_elements.passData(end);
      return;
    }
    const std::uint64_t entries = node.size();
    *to = room(node, entries);
    numbersInto(node, entries, to->data());
    if (complexNumbers) requireZero(node, entries);
  }

  // As many entries as the shape says must be able to come out of the file: an entry takes at least a byte.
  Matrix room(const FileNode& node, std::uint64_t entries) const {
    if (entries > m_elements.atMost())
      damaged(shown(node) + " says that it has more entries than the file has bytes");
    const auto rows = static_cast<Index>(node.shape[0]);
    if (entries == 0) {
      std::uint64_t columns = 1;
      for (std::size_t i = 1; i < node.shape.size(); ++i)
        columns *= std::min<std::uint64_t>(node.shape[i], 1 << 20);
      return Matrix(rows, static_cast<Index>(std::min<std::uint64_t>(columns, 1 << 20)));
    }
    requireRoom(m_subject + ":" + shown(node), 8 * entries);
    return largeMatrix(rows, static_cast<Index>(entries) / rows);
  }

  void numbersInto(const FileNode& node, std::uint64_t entries, double* to) {
    const Tag tag = m_elements.tag();
    const auto type = numberTypeOf(tag.type);
    if (!type || tag.size != entries * bytesOf(*type))
      damaged(shown(node) + " has " + std::to_string(tag.size) + " bytes of numbers; its shape needs " +
              std::to_string(entries * (type ? bytesOf(*type) : 8)));
    m_elements.numbers(tag, *type, entries, to);
  }

  void requireZero(const FileNode& node, std::uint64_t entries) {
    std::vector<double> imaginary(static_cast<std::size_t>(entries));
    numbersInto(node, entries, imaginary.data());
    const auto other = std::find_if(imaginary.begin(), imaginary.end(), [](double v) { return v != 0; });
    if (other != imaginary.end())
      throw InputError(m_subject + " is complex in " + shown(node) + ": an imaginary part is " +
                       toText(*other) + "; allowed: real numbers, or imaginary parts of zero");
  }

  void sparse(FileNode& node, bool complexNumbers, bool logical) {
    node.kind = FileNode::Kind::numbers;
    node.type = std::string(complexNumbers ? "complex " : "") + (logical ? "sparse logical" : "sparse");
    Matrix* to = wanted(node);
    if (!to) return;
    const std::vector<double> rows = anyNumbers(), begins = anyNumbers(), values = anyNumbers();
    const std::uint64_t most = mostOfSparse(values.size());
    if (node.shape.size() != 2 || node.size() > most)
      throw InputError(m_subject + " is sparse in " + shown(node) + "; allowed: up to " +
                       std::to_string(most) + " entries with the zeros, of " + std::to_string(values.size()) +
                       " stored ones");
    const auto columns = static_cast<std::size_t>(node.shape[1]);
    if (begins.size() != columns + 1)
      damaged(shown(node) + " is sparse and has not one beginning per column");
    *to = Matrix::Zero(static_cast<Index>(node.shape[0]), static_cast<Index>(columns));
    for (std::size_t j = 0; j < columns; ++j) {
      if (begins[j] < 0 || begins[j] > begins[j + 1] ||
          begins[j + 1] > static_cast<double>(std::min(rows.size(), values.size())))
        damaged(shown(node) + " is sparse, and its columns overlap");
      for (auto k = static_cast<std::size_t>(begins[j]); k < static_cast<std::size_t>(begins[j + 1]); ++k) {
        if (rows[k] < 0 || rows[k] >= static_cast<double>(node.shape[0]))
          damaged(shown(node) + " is sparse and has an entry outside");
        (*to)(static_cast<Index>(rows[k]), static_cast<Index>(j)) = values[k];
      }
    }
    if (complexNumbers) requireZero(node, values.size());
  }

  // All numbers of an element whatever their count.
  std::vector<double> anyNumbers() {
    const Tag tag = m_elements.tag();
    const auto type = numberTypeOf(tag.type);
    if (!type || tag.size % bytesOf(*type) != 0 || tag.size > m_elements.atMost())
      damaged("a sparse array has no numbers");
    std::vector<double> values(static_cast<std::size_t>(tag.size) / bytesOf(*type));
    const std::string bytes = tag.small ? m_elements.shortData(tag, 4) : m_elements.longData(tag);
    toDoubles(bytes.data(), values.size(), *type, m_swapped, values.data());
    return values;
  }

  FileNode element(int depth) {
    const Tag tag = m_elements.tag();
    if (tag.type != kMatrix || tag.small) damaged("an element of a cell or struct array is no array");
    return array(tag.size, depth + 1);
  }

  // Every element takes at least its tag.
  std::uint64_t elementsOf(const FileNode& node, std::uint64_t each) const {
    const std::uint64_t n = node.size();
    if (n > kMostNodes || n * std::max<std::uint64_t>(each, 1) > m_elements.atMost() / kTag)
      damaged(shown(node) + " says that it has more elements than the file can hold");
    return n;
  }

  bool tooLong() const { return m_quick && m_elements.position() > kQuickBytes; }

  void cells(FileNode& node, int depth) {
    node.kind = FileNode::Kind::cells;
    const std::uint64_t n = elementsOf(node, 1);
    for (std::uint64_t i = 0; i < n && !tooLong(); ++i) node.children.push_back(element(depth));
    if (tooLong()) node.why = "is long, and was looked into in part";
  }

  void structs(FileNode& node, bool object, int depth) {
    if (object) m_elements.shortData(m_elements.tag(), 1 << 16);  // the name of its class
    const std::string lengthBytes = m_elements.shortData(m_elements.tag(), 8);
    if (lengthBytes.size() < 4) damaged("a struct has no field names");
    const std::uint32_t length = m_elements.u32(lengthBytes.data());
    const std::string names = m_elements.shortData(m_elements.tag(), 1 << 22);
    if (length == 0 || length > 1024 || names.size() % length != 0)
      damaged("a struct has broken field names");
    std::vector<std::string> fields;
    for (std::size_t at = 0; at < names.size(); at += length) {
      const std::string name = names.substr(at, length);
      fields.push_back(validUtf8(name.substr(0, name.find('\0'))));
    }
    const std::uint64_t n = elementsOf(node, fields.size());
    const bool single = n == 1;
    node.kind = single ? FileNode::Kind::group : FileNode::Kind::structs;
    for (std::uint64_t i = 0; i < n && !tooLong(); ++i) {
      FileNode one;
      one.kind = FileNode::Kind::group;
      one.type = "struct";
      one.shape = {1, 1};
      for (const auto& field : fields) {
        if (tooLong()) break;
        one.children.push_back(element(depth));
        one.children.back().name = field;
      }
      if (single)
        node.children = std::move(one.children);
      else
        node.children.push_back(std::move(one));
    }
    if (tooLong()) node.why = "is long, and was looked into in part";
  }

  const std::string& m_subject;  // of sentences: the file, or the variable in it
  Elements m_elements;
  bool m_swapped;
  const Wanted& m_wanted;
  bool m_quick;
  std::uint64_t m_nodes = 0;
};

}  // namespace

FileNode variableOf(const Source& source, std::uint64_t size, const Wanted& wanted) {
  return Walk(source, wanted).variable(size);
}

FileNode taggedVariable(const Source& source, const Wanted& wanted, std::uint64_t& surplus) {
  Walk walk(source, wanted);
  FileNode node = walk.taggedVariable();
  surplus = walk.surplus();
  return node;
}

}  // namespace keyhole::mat5
