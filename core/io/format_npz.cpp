#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/npy_header.h"
#include "core/io/text_encoding.h"
#include "core/io/tree_reading.h"

#include <fstream>
#include <memory>
#include <zip.h>

namespace keyhole {
namespace {

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;
using Entry = std::unique_ptr<zip_file_t, CloseEntry>;

bool isZip(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  char head[4] = {};
  return stream.read(head, 4) && std::string_view(head, 2) == "PK" && (head[2] == 3 || head[2] == 5);
}

Archive opened(const std::string& file) {
  if (!std::ifstream(file)) readFileBytes(file);  // throws the sentence for a missing or unreadable file
  int error = 0;
  Archive archive(zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (archive) return archive;
  throw InputError(file + " is no .npz file that can be read: it is no zip archive, or truncated or damaged");
}

// Each member NAME.npy is an array of that name.
class Npz : public FileTree {
 public:
  explicit Npz(const std::string& file) : m_file(file), m_archive(opened(file)) {
    m_root.kind = FileNode::Kind::group;
    constexpr zip_int64_t kMost = 100'000;
    const zip_int64_t n = std::min(zip_get_num_entries(m_archive.get(), 0), kMost);
    for (zip_int64_t i = 0; i < n; ++i) {
      const char* name = zip_get_name(m_archive.get(), static_cast<zip_uint64_t>(i), 0);
      if (name && std::string_view(name).ends_with(".npy")) add(name, static_cast<std::uint64_t>(i));
    }
  }

  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    std::vector<Matrix> values;
    for (const FileNode* node : nodes) values.push_back(npyArray(bytesOf(*node), shown(node->name)).values);
    return values;
  }

 private:
  std::string shown(const std::string& name) const { return m_file + ":" + shownText(name); }

  void add(const std::string& entryName, std::uint64_t index) {
    FileNode node;
    node.name = validUtf8(entryName.substr(0, entryName.size() - 4));
    node.ordinal = index;
    try {
      const NpyHeader header = headerOf(index, shown(node.name));
      node.kind = FileNode::Kind::numbers;
      node.type = std::string(1, header.kind) + std::to_string(header.bytes);
      node.shape.assign(header.shape.begin(), header.shape.end());
      while (node.shape.size() < 2) node.shape.push_back(1);
    } catch (const InputError& error) {
      const std::string why = error.what();
      const bool otherType = why.find(" holds ") != std::string::npos;
      node.type = otherType ? "no real numbers" : "damaged";
      node.why = otherType ? why.substr(why.find(" holds ") + 1) : "cannot be read";
    }
    m_root.children.push_back(std::move(node));
  }

  NpyHeader headerOf(std::uint64_t index, const std::string& shownName) const {
    constexpr std::size_t kLongest = 1 << 16;
    const Entry entry(zip_fopen_index(m_archive.get(), index, 0));
    std::string head(kLongest, '\0');
    const zip_int64_t got = entry ? zip_fread(entry.get(), head.data(), head.size()) : -1;
    head.resize(static_cast<std::size_t>(std::max<zip_int64_t>(got, 0)));
    return parseNpyHeader(head, shownName);
  }

  // The whole member; its checksum is checked at its end. zlib packs at most 1032 to 1.
  std::string bytesOf(const FileNode& node) const {
    zip_stat_t stat;
    const std::string damaged = shown(node.name) + " cannot be read: the file is truncated or damaged";
    if (zip_stat_index(m_archive.get(), node.ordinal, 0, &stat) != 0) throw InputError(damaged);
    if (stat.size / 1100 > stat.comp_size + 1)
      throw InputError(shown(node.name) + " says that it has " + std::to_string(stat.size) + " bytes, of " +
                       std::to_string(stat.comp_size) +
                       " compressed ones; allowed: up to 1100 times as many");
    // What the header says is checked before all of it is decompressed.
    const NpyHeader header = headerOf(node.ordinal, shown(node.name));
    requireNpySize(header, stat.size, shown(node.name));
    requireRoom(shown(node.name), stat.size + 8 * (stat.size / std::max<std::uint64_t>(header.bytes, 1)));
    const Entry entry(zip_fopen_index(m_archive.get(), node.ordinal, 0));
    if (!entry) throw InputError(damaged);
    std::string bytes(stat.size, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const zip_int64_t got = zip_fread(entry.get(), bytes.data() + done, bytes.size() - done);
      if (got <= 0) throw InputError(damaged);
      done += static_cast<std::size_t>(got);
    }
    char more;
    if (zip_fread(entry.get(), &more, 1) != 0) throw InputError(damaged);
    return bytes;
  }

  std::string m_file;
  Archive m_archive;
  FileNode m_root;
};

bool isNpz(const std::string& file) {
  return isZip(file) && file.ends_with(".npz");
}

}  // namespace

Format npzFormat() {
  return {"NumPy archive",
          {".npz"},
          true,
          isNpz,
          [](const std::string& file) {
            Npz tree(file);
            return contentsOfTree(tree, "NumPy archive");
          },
          [](const std::string& file, const std::string& path, const ReadOptions& options) {
            Npz tree(file);
            return readFromTree(tree, file, path, options);
          }};
}

}  // namespace keyhole
