#include "core/io/mat5_variable.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"
#include "core/io/number_types.h"
#include "core/io/text_encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace keyhole::mat5 {
namespace {

static_assert(std::endian::native == std::endian::little);

// More types of data elements.
enum : std::uint32_t { kInt32 = 5, kUint32 = 6 };

std::optional<NumberType> numberType(std::uint32_t mi) {
  using enum NumberType;
  switch (mi) {
    case 1:
      return i8;
    case 2:
      return u8;
    case 3:
      return i16;
    case 4:
      return u16;
    case 5:
      return i32;
    case 6:
      return u32;
    case 7:
      return f32;
    case 9:
      return f64;
    case 12:
      return i64;
    case 13:
      return u64;
    default:
      return {};
  }
}

// The classes of arrays, by number.
constexpr const char* kClasses[] = {"unknown", "cell",   "struct", "object", "char",     "sparse",
                                    "double",  "single", "int8",   "uint8",  "int16",    "uint16",
                                    "int32",   "uint32", "int64",  "uint64", "function", "object"};
enum : std::uint32_t { kCell = 1, kStruct, kObject, kChar, kSparse, kDouble, kLastNumber = 15, kOpaque = 17 };

struct Tag {
  std::uint32_t type = 0;
  std::uint64_t size = 0;
  bool small = false;
  std::array<char, 4> data = {};  // of a small one
};

// Walks through one variable from its beginning; nodes get their ordinals in the order in which they come.
class Walk {
 public:
  Walk(const Source& source, const Wanted& wanted)
      : m_subject(source.subject),
        m_stream(source.stream),
        m_swapped(source.swapped),
        m_wanted(wanted),
        m_quick(source.quick) {}

  FileNode variable(std::uint64_t size) { return array(size, 0); }
  FileNode taggedVariable() {
    const Tag tag = readTag();
    if (tag.type != kMatrix) damaged("a compressed variable is no array");
    return array(tag.size, 0);
  }

 private:
  static constexpr int kDeepest = 40;
  static constexpr std::uint64_t kMostNodes = 2'000'000, kQuickBytes = 64 << 20;

  [[noreturn]] void damaged(const std::string& why) const {
    throw InputError(m_subject + " is truncated or damaged: " + why);
  }

  std::uint32_t u32(const char* bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[m_swapped ? 3 - i : i]))
               << (8 * i);
    return value;
  }

  Tag readTag() {
    char bytes[kTag];
    m_stream.read(bytes, kTag);
    const std::uint32_t first = u32(bytes);
    Tag tag;
    if (first >> 16) {
      tag.small = true;
      tag.type = first & 0xFFFF;
      tag.size = first >> 16;
      if (tag.size > 4) damaged("an element says that it has " + std::to_string(tag.size) + " bytes in four");
      std::memcpy(tag.data.data(), bytes + 4, 4);
    } else {
      tag.type = first;
      tag.size = u32(bytes + 4);
    }
    return tag;
  }

  void skipData(const Tag& tag) {
    if (!tag.small) m_stream.skip((tag.size + 7) / 8 * 8);
  }

  // The bytes of a short element.
  std::string shortData(const Tag& tag, std::uint64_t most) {
    if (tag.small) return std::string(tag.data.data(), static_cast<std::size_t>(tag.size));
    if (tag.size > most) damaged("a name or a shape of " + std::to_string(tag.size) + " bytes");
    std::string bytes(static_cast<std::size_t>(tag.size), '\0');
    m_stream.read(bytes.data(), bytes.size());
    m_stream.skip((8 - tag.size % 8) % 8);
    return bytes;
  }

  std::vector<std::uint64_t> readShape() {
    const Tag tag = readTag();
    const std::string bytes = shortData(tag, 4 * 32);
    if (tag.type != kInt32 || bytes.size() < 8) damaged("an array has no shape");
    std::vector<std::uint64_t> shape;
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      const std::uint32_t extent = u32(bytes.data() + i);
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
    if (depth > kDeepest) damaged("its structs are nested more than " + std::to_string(kDeepest) + " deep");
    const std::uint64_t end = m_stream.position() + size;
    if (size == 0) {
      node.kind = FileNode::Kind::numbers;
      node.type = "double";
      node.shape = {0, 0};
      if (Matrix* to = wanted(node)) *to = Matrix(0, 0);
      return node;
    }
    const Tag tag = readTag();
    const std::string flags = shortData(tag, 8);
    if (tag.type != kUint32 || flags.size() < 8) damaged("an array has no class");
    const std::uint32_t word = u32(flags.data()), number = word & 0xFF;
    const bool complexNumbers = word & 0x0800, logical = word & 0x0200;
    node.type = kClasses[number < std::size(kClasses) ? number : 0];
    if (number == kOpaque || number < kCell || number > kOpaque) {
      if (number == kOpaque) node.name = validUtf8(shortData(readTag(), 1 << 16));
      node.why = "is an object, of which only MATLAB knows the content";
      leave(end, depth);
      return node;
    }
    node.shape = readShape();
    node.name = validUtf8(shortData(readTag(), 1 << 16));
    if (number >= kDouble && number <= kLastNumber)
      numbers(node, complexNumbers, logical, end, depth);
    else if (number == kSparse)
      sparse(node, complexNumbers, logical, end, depth);
    else if (number == kCell)
      cells(node, depth);
    else if (number == kStruct || number == kObject)
      structs(node, number == kObject, depth);
    else
      node.kind = number == kChar ? FileNode::Kind::text : FileNode::Kind::other;
    leave(end, depth);
    return node;
  }

  // A look at a variable's header does not need the rest of it.
  void leave(std::uint64_t end, int depth) {
    if (depth == 0 && m_wanted.empty()) return;
    if (m_stream.position() > end) damaged("an array is longer than its element");
    m_stream.skip(end - m_stream.position());
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
    if (!to) return leave(end, depth == 0 ? 0 : depth);
    const std::uint64_t entries = node.size();
    *to = room(node, entries);
    numbersInto(node, entries, to->data());
    if (complexNumbers) requireZero(node, entries);
  }

  // As many entries as the shape says must be able to come out of the file: an entry takes at least a byte.
  Matrix room(const FileNode& node, std::uint64_t entries) const {
    if (entries > m_stream.atMost())
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

  // Piece by piece through a buffer, so that a file's numbers stand in memory once.
  void numbersInto(const FileNode& node, std::uint64_t entries, double* to) {
    const Tag tag = readTag();
    const auto type = numberType(tag.type);
    if (!type || tag.size != entries * bytesOf(*type))
      damaged(shown(node) + " has " + std::to_string(tag.size) + " bytes of numbers; its shape needs " +
              std::to_string(entries * (type ? bytesOf(*type) : 8)));
    if (tag.small) return toDoubles(tag.data.data(), static_cast<std::size_t>(entries), *type, m_swapped, to);
    if (*type == NumberType::f64 && !m_swapped) {
      m_stream.read(to, static_cast<std::size_t>(tag.size));
    } else {
      constexpr std::uint64_t kPiece = 1 << 16;
      std::vector<char> buffer(kPiece * 8);
      for (std::uint64_t done = 0; done < entries; done += kPiece) {
        const auto n = static_cast<std::size_t>(std::min(kPiece, entries - done));
        m_stream.read(buffer.data(), n * bytesOf(*type));
        toDoubles(buffer.data(), n, *type, m_swapped, to + done);
      }
    }
    m_stream.skip((8 - tag.size % 8) % 8);
  }

  void requireZero(const FileNode& node, std::uint64_t entries) {
    std::vector<double> imaginary(static_cast<std::size_t>(entries));
    numbersInto(node, entries, imaginary.data());
    const auto other = std::find_if(imaginary.begin(), imaginary.end(), [](double v) { return v != 0; });
    if (other != imaginary.end())
      throw InputError(m_subject + " is complex in " + shown(node) + ": an imaginary part is " +
                       toText(*other) + "; allowed: real numbers, or imaginary parts of zero");
  }

  void sparse(FileNode& node, bool complexNumbers, bool logical, std::uint64_t end, int depth) {
    node.kind = FileNode::Kind::numbers;
    node.type = std::string(complexNumbers ? "complex " : "") + (logical ? "sparse logical" : "sparse");
    Matrix* to = wanted(node);
    if (!to) return leave(end, depth);
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
    const Tag tag = readTag();
    const auto type = numberType(tag.type);
    if (!type || tag.size % bytesOf(*type) != 0 || tag.size > m_stream.atMost())
      damaged("a sparse array has no numbers");
    std::vector<double> values(static_cast<std::size_t>(tag.size) / bytesOf(*type));
    const std::string bytes = tag.small ? shortData(tag, 4) : longData(tag);
    toDoubles(bytes.data(), values.size(), *type, m_swapped, values.data());
    return values;
  }

  std::string longData(const Tag& tag) {
    std::string bytes(static_cast<std::size_t>(tag.size), '\0');
    m_stream.read(bytes.data(), bytes.size());
    m_stream.skip((8 - tag.size % 8) % 8);
    return bytes;
  }

  FileNode element(int depth) {
    const Tag tag = readTag();
    if (tag.type != kMatrix || tag.small) damaged("an element of a cell or struct array is no array");
    return array(tag.size, depth + 1);
  }

  // Every element takes at least its tag.
  std::uint64_t elementsOf(const FileNode& node, std::uint64_t each) const {
    const std::uint64_t n = node.size();
    if (n > kMostNodes || n * std::max<std::uint64_t>(each, 1) > m_stream.atMost() / kTag)
      damaged(shown(node) + " says that it has more elements than the file can hold");
    return n;
  }

  bool tooLong() const { return m_quick && m_stream.position() > kQuickBytes; }

  void cells(FileNode& node, int depth) {
    node.kind = FileNode::Kind::cells;
    const std::uint64_t n = elementsOf(node, 1);
    for (std::uint64_t i = 0; i < n && !tooLong(); ++i) node.children.push_back(element(depth));
    if (tooLong()) node.why = "is long, and was looked into in part";
  }

  void structs(FileNode& node, bool object, int depth) {
    if (object) shortData(readTag(), 1 << 16);  // the name of its class
    const std::string lengthBytes = shortData(readTag(), 8);
    if (lengthBytes.size() < 4) damaged("a struct has no field names");
    const std::uint32_t length = u32(lengthBytes.data());
    const std::string names = shortData(readTag(), 1 << 22);
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
  ByteStream& m_stream;
  bool m_swapped;
  const Wanted& m_wanted;
  bool m_quick;
  std::uint64_t m_nodes = 0;
};

}  // namespace

FileNode variableOf(const Source& source, std::uint64_t size, const Wanted& wanted) {
  return Walk(source, wanted).variable(size);
}

FileNode taggedVariable(const Source& source, const Wanted& wanted) {
  return Walk(source, wanted).taggedVariable();
}

}  // namespace keyhole::mat5
