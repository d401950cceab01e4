#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/io/long_integers.h"
#include "core/io/npy.h"
#include "core/io/npy_header.h"
#include "core/io/raw_array.h"
#include "core/io/tree_reading.h"

#include <filesystem>
#include <fstream>

namespace keyhole {
namespace {

// The array alone, without a name.
class NpyTree : public FileTree {
 public:
  NpyTree(const std::string& file, const std::string& type) : m_array(npyArray(readFileBytes(file), file)) {
    m_root.kind = FileNode::Kind::numbers;
    m_root.shape = m_array.shape;
    m_root.type = type;
  }
  const FileNode& root() const override { return m_root; }
  std::vector<Matrix> load(const std::vector<const FileNode*>&) override {
    return {std::move(m_array.values)};
  }

 private:
  NpyArray m_array;
  FileNode m_root;
};

std::string headOf(const std::string& file, std::size_t bytes) {
  std::string head(bytes, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(bytes));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return head;
}

bool isNpy(const std::string& file) {
  return headOf(file, 6) == "\x93NUMPY";
}

// As NumPy names it: "f8".
std::string typeOf(const NpyHeader& header) {
  return std::string(1, header.kind) + std::to_string(header.bytes);
}

bool isLong(const NpyHeader& header) {
  return header.bytes == 8 && (header.kind == 'i' || header.kind == 'u');
}

FileContents contentsOf(const std::string& file) {
  constexpr std::size_t kLongest = 1 << 16;
  const NpyHeader header = parseNpyHeader(headOf(file, kLongest), file);
  FileNode node;
  node.kind = FileNode::Kind::numbers;
  node.type = typeOf(header);
  node.shape.assign(header.shape.begin(), header.shape.end());
  while (node.shape.size() < 2) node.shape.push_back(1);
  FileContents contents{"", arraysIn(node), {}};
  return contents;
}

std::optional<NumberType> numberTypeOf(const NpyHeader& header) {
  if (header.kind == 'c') return {};
  const bool isFloat = header.kind == 'f', isSigned = header.kind == 'i';
  switch (header.bytes) {
    case 1:
      return isSigned ? NumberType::i8 : NumberType::u8;
    case 2:
      if (isFloat) return {};
      return isSigned ? NumberType::i16 : NumberType::u16;
    case 4:
      return isFloat ? NumberType::f32 : isSigned ? NumberType::i32 : NumberType::u32;
    default:
      return isFloat ? NumberType::f64 : isSigned ? NumberType::i64 : NumberType::u64;
  }
}

// How it lies in its file, of two dimensions.
RawShape rawShapeOf(const NpyHeader& header) {
  const auto rows = static_cast<Index>(header.shape[0]), columns = static_cast<Index>(header.shape[1]);
  return header.fortranOrder ? RawShape{rows, columns} : RawShape{columns, rows};
}

FileData readArray(const std::string& file, const std::string& path, const ReadOptions& options) {
  const std::string head = headOf(file, 1 << 16);
  const NpyHeader header = head.starts_with("\x93NUMPY") ? parseNpyHeader(head, file) : NpyHeader();
  if (header.shape.size() > 2) {
    NpyTree tree(file, typeOf(header));
    return readFromTree(tree, file, path, options);
  }
  if (!path.empty())
    throw InputError(file + ":" + shownText(path) +
                     " names a place in an array of up to two dimensions; allowed: " + file);
  FileData data;
  if (std::string note = suite2pNote(file); !note.empty()) data.notes.push_back(std::move(note));
  if (const auto type = numberTypeOf(header); type && header.shape.size() == 2) {
    requireNpySize(header, std::filesystem::file_size(file), file);
    data.trials.push_back(
        readRaw(file, {header.dataOffset, *type, header.bigEndian}, rawShapeOf(header), *options.progress));
    data.turned = !header.fortranOrder;
  } else {
    data.trials.push_back(readNpy(file));
  }
  if (isLong(header)) {
    LongIntegers integers;
    integers.add(data.trials.front());
    if (std::string note = integers.note(file); !note.empty()) data.notes.push_back(std::move(note));
  }
  return data;
}

std::optional<DataStream> streamArray(const std::string& file, const std::string& path,
                                      const ReadOptions& options) {
  const std::string head = headOf(file, 1 << 16);
  if (!head.starts_with("\x93NUMPY") || !path.empty()) return {};
  const NpyHeader header = parseNpyHeader(head, file);
  const auto type = numberTypeOf(header);
  if (!type || header.shape.size() != 2 || header.shape[0] == 0 || header.shape[1] == 0) return {};
  requireNpySize(header, std::filesystem::file_size(file), file);
  const auto rows = static_cast<Index>(header.shape[0]), columns = static_cast<Index>(header.shape[1]);
  const RawShape shape = rawShapeOf(header);
  const RawNumbers raw{header.dataOffset, *type, header.bigEndian};
  DataStream stream;
  if (std::string note = suite2pNote(file); !note.empty()) stream.head.notes.push_back(std::move(note));
  stream.units = options.timeInColumns ? rows : columns;
  stream.timepoints = options.timeInColumns ? columns : rows;
  stream.run = [file, raw, shape, said = stream.said, counts = isLong(header),
                alongOuter = header.fortranOrder == options.timeInColumns](const FileTree::Work& work) {
    LongIntegers integers;
    streamRaw(file, raw, shape, alongOuter, [&](const Matrix& piece) {
      if (counts) integers.add(piece);
      return work(piece);
    });
    said->clear();
    if (std::string note = integers.note(file); !note.empty()) said->push_back(std::move(note));
  };
  return stream;
}

}  // namespace

Format npyFormat() {
  return {"NumPy array",
          {".npy"},
          true,
          isNpy,
          [](const std::string& file) {
            FileContents contents = contentsOf(file);
            contents.format = "NumPy array";
            return contents;
          },
          readArray,
          streamArray};
}

}  // namespace keyhole
