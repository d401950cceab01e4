#include "core/io/mat4.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"
#include "core/io/inflated.h"
#include "core/io/number_types.h"
#include "core/io/text_encoding.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

namespace keyhole {
namespace {

constexpr std::uint64_t kHeader = 20;

struct Entry {
  FileNode node;
  std::uint64_t begin = 0;  // of the numbers
  NumberType type = NumberType::f64;
  std::uint64_t rows = 0, columns = 0;  // as stored; of a sparse one the table of its entries
  bool swapped = false, complexNumbers = false, sparse = false;
};

constexpr NumberType kTypes[] = {NumberType::f64, NumberType::f32, NumberType::i32,
                                 NumberType::i16, NumberType::u16, NumberType::u8};

std::uint64_t u32(const unsigned char* bytes, bool swapped) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value |= static_cast<std::uint64_t>(bytes[swapped ? 3 - i : i]) << (8 * i);
  return value;
}

// The matrix whose header begins here, and where the next one begins; nothing if it is none.
std::optional<Entry> entryAt(std::ifstream& file, std::uint64_t at, std::uint64_t end, std::uint64_t& next) {
  unsigned char bytes[kHeader];
  if (at + kHeader > end || !file.seekg(static_cast<std::streamoff>(at)) ||
      !file.read(reinterpret_cast<char*>(bytes), kHeader))
    return {};
  Entry entry;
  // Thousands: byte order, then 0, then the type of the numbers, then full, text or sparse.
  std::uint64_t kind = u32(bytes, false);
  entry.swapped = kind > 9999;
  if (entry.swapped) kind = u32(bytes, true);
  const std::uint64_t machine = kind / 1000, type = kind / 10 % 10, form = kind % 10;
  if (machine > 1 || kind / 100 % 10 != 0 || type > 5 || form > 2) return {};
  if (machine != (entry.swapped ? 1 : 0)) return {};
  entry.type = kTypes[type];
  entry.rows = u32(bytes + 4, entry.swapped);
  entry.columns = u32(bytes + 8, entry.swapped);
  const std::uint64_t imaginary = u32(bytes + 12, entry.swapped), name = u32(bytes + 16, entry.swapped);
  if (imaginary > 1 || name < 2 || name > 256) return {};
  std::string text(name, '\0');
  if (at + kHeader + name > end || !file.read(text.data(), static_cast<std::streamsize>(name))) return {};
  if (text.back() != '\0' || text.find_first_not_of('\0') == std::string::npos) return {};
  entry.begin = at + kHeader + name;
  entry.complexNumbers = imaginary == 1;
  entry.sparse = form == 2;
  const std::uint64_t each = bytesOf(entry.type) * (entry.complexNumbers && !entry.sparse ? 2 : 1);
  const std::uint64_t left = (end - entry.begin) / each;
  if (entry.rows != 0 && entry.columns > left / entry.rows) return {};
  next = entry.begin + entry.rows * entry.columns * each;
  FileNode& node = entry.node;
  node.name = validUtf8(text.substr(0, text.find('\0')));
  node.kind = form == 1 ? FileNode::Kind::text : FileNode::Kind::numbers;
  node.shape = {entry.rows, entry.columns};
  node.type = form == 1 ? "char"
                        : std::string(entry.complexNumbers ? "complex " : "") +
                              (entry.sparse ? "sparse" : nameOf(entry.type));
  if (entry.sparse && (entry.rows < 1 || (entry.columns != 3 && entry.columns != 4))) return {};
  return entry;
}

class Mat4 : public FileTree {
 public:
  explicit Mat4(const std::string& path) : m_path(path) {
    m_root.kind = FileNode::Kind::group;
    std::error_code error;
    const std::uint64_t end = std::filesystem::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    for (std::uint64_t at = 0; !error && at < end;) {
      auto entry = entryAt(file, at, end, at);
      if (!entry) {
        m_entries.clear();
        return;
      }
      m_entries.push_back(std::move(*entry));
    }
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
      Entry& entry = m_entries[i];
      entry.node.ordinal = i;
      if (entry.sparse) entry.node.shape = sparseShape(entry);
      m_root.children.push_back(entry.node);
    }
  }

  bool isValid() const { return !m_entries.empty(); }
  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    std::vector<Matrix> values;
    for (const FileNode* node : nodes) {
      const Entry& entry = m_entries[node->ordinal];
      values.push_back(entry.sparse ? fromSparse(entry) : stored(entry, 0));
      if (!entry.complexNumbers || entry.sparse) continue;
      const Matrix imaginary = stored(entry, entry.rows * entry.columns * bytesOf(entry.type));
      if ((imaginary.array() != 0).any())
        refuse(entry, "is complex, and its imaginary part is not zero; allowed: real numbers");
    }
    return values;
  }

 private:
  [[noreturn]] void refuse(const Entry& entry, const std::string& why) const {
    throw InputError(m_path + ":" + shownText(entry.node.name) + " " + why);
  }

  Matrix stored(const Entry& entry, std::uint64_t offset) const {
    const std::uint64_t entries = entry.rows * entry.columns;
    requireRoom(m_path + ":" + shownText(entry.node.name), 8 * entries);
    Matrix values = largeMatrix(static_cast<Index>(entry.rows), static_cast<Index>(entry.columns));
    const auto stream =
        fileStream(m_path, entry.begin + offset, entry.begin + offset + entries * bytesOf(entry.type));
    constexpr std::uint64_t kPiece = 1 << 16;
    std::vector<char> buffer(kPiece * 8);
    for (std::uint64_t done = 0; done < entries; done += kPiece) {
      const auto n = static_cast<std::size_t>(std::min(kPiece, entries - done));
      stream->read(buffer.data(), n * bytesOf(entry.type));
      toDoubles(buffer.data(), n, entry.type, entry.swapped, values.data() + done);
    }
    return values;
  }

  // The last row of the table is the shape, the others are row, column, value (and imaginary part).
  std::vector<std::uint64_t> sparseShape(const Entry& entry) const {
    const Matrix table = stored(entry, 0);
    const auto last = table.row(table.rows() - 1);
    constexpr double kMost = 1u << 30;
    if (!(last(0) >= 0 && last(0) <= kMost && last(1) >= 0 && last(1) <= kMost))
      refuse(entry, "is sparse and damaged: its last row is no shape");
    return {static_cast<std::uint64_t>(last(0)), static_cast<std::uint64_t>(last(1))};
  }

  Matrix fromSparse(const Entry& entry) const {
    const std::uint64_t most = mostOfSparse(entry.rows);
    if (entry.node.size() > most)
      refuse(entry, "is sparse; allowed: up to " + std::to_string(most) + " entries with the zeros");
    const Matrix table = stored(entry, 0);
    Matrix values =
        Matrix::Zero(static_cast<Index>(entry.node.shape[0]), static_cast<Index>(entry.node.shape[1]));
    for (Index k = 0; k + 1 < table.rows(); ++k) {
      const double i = table(k, 0) - 1, j = table(k, 1) - 1;
      if (!(i >= 0 && i < static_cast<double>(values.rows()) && j >= 0 &&
            j < static_cast<double>(values.cols())))
        refuse(entry, "is sparse and damaged: an entry lies outside");
      if (table.cols() == 4 && table(k, 3) != 0)
        refuse(entry, "is complex, and its imaginary part is not zero; allowed: real numbers");
      values(static_cast<Index>(i), static_cast<Index>(j)) = table(k, 2);
    }
    return values;
  }

  std::string m_path;
  std::vector<Entry> m_entries;
  FileNode m_root;
};

}  // namespace

bool isMat4(const std::string& path) {
  std::error_code error;
  const std::uint64_t end = std::filesystem::file_size(path, error);
  if (error || end == 0) return false;
  std::ifstream file(path, std::ios::binary);
  for (std::uint64_t at = 0; at < end;)
    if (!entryAt(file, at, end, at)) return false;
  return true;
}

std::unique_ptr<FileTree> openMat4(const std::string& path) {
  if (!isMat4(path)) throw InputError(path + " is no MATLAB file of version 4");
  return std::make_unique<Mat4>(path);
}

}  // namespace keyhole
