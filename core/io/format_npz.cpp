#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/io/npy_header.h"
#include "core/io/npy_numbers.h"
#include "core/io/text_encoding.h"
#include "core/io/tree_reading.h"

#include <algorithm>
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

Archive archiveIn(const std::string& file) {
  if (!std::ifstream(file)) readFileBytes(file);  // throws the sentence for a missing or unreadable file
  int error = 0;
  Archive archive(zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (archive) return archive;
  throw InputError(file + " is no .npz file that can be read: it is no zip archive, or truncated or damaged");
}

// Each member NAME.npy is an array of that name.
class Npz : public FileTree {
 public:
  explicit Npz(const std::string& file) : m_file(file), m_archive(archiveIn(file)) {
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
    for (const FileNode* node : nodes) {
      Member member = opened(*node);
      if (node->size() == 0 && node->shape.size() > 2)
        values.emplace_back(0, 0);
      else
        values.push_back(npyMatrix(member.header, member.source(), shown(node->name), *progress));
      member.finish();
    }
    return values;
  }

  std::optional<Matrix> loadTurned(const FileNode& node) override {
    if (!node.byRows) return {};
    Member member = opened(node);
    Matrix values = npyMatrixTurned(member.header, member.source(), shown(node.name), *progress);
    member.finish();
    return values;
  }

  void stream(const FileNode& node, bool timeInColumns, const Work& work) override {
    if (node.shape.size() != 2 || node.byRows == timeInColumns || node.size() == 0)
      return FileTree::stream(node, timeInColumns, work);
    constexpr Index kAtOnce = 1 << 20;  // numbers
    Member member = opened(node);
    NpyNumbers numbers(member.header, member.source(), shown(node.name));
    const auto units = static_cast<Index>(node.shape[timeInColumns ? 0 : 1]),
               times = static_cast<Index>(node.shape[timeInColumns ? 1 : 0]);
    const Index step = std::max<Index>(1, kAtOnce / units);
    for (Index first = 0; first < times; first += step) {
      progress->throwIfStopped();
      Matrix piece(units, std::min(step, times - first));
      numbers.read(piece.data(), piece.size());
      if (!work(piece)) return;
    }
    member.finish();
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
      node.byRows = node.shape.size() == 2 && !header.fortranOrder;
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

  // A member that is being decompressed, behind its header.
  struct Member {
    Entry entry;
    NpyHeader header;
    std::string damaged;  // the sentence if it is

    NpyNumbers::Source source() const {
      return [this](char* to, std::size_t bytes) {
        for (std::size_t done = 0; done < bytes;) {
          const zip_int64_t got = zip_fread(entry.get(), to + done, bytes - done);
          if (got <= 0) throw InputError(damaged);
          done += static_cast<std::size_t>(got);
        }
      };
    }

    // Its checksum is checked at its end.
    void finish() const {
      char more;
      if (zip_fread(entry.get(), &more, 1) != 0) throw InputError(damaged);
    }
  };

  // zlib packs at most 1032 to 1, and what the header says is checked before anything is decompressed.
  Member opened(const FileNode& node) const {
    zip_stat_t stat;
    const std::string damaged = shown(node.name) + " cannot be read: the file is truncated or damaged";
    if (zip_stat_index(m_archive.get(), node.ordinal, 0, &stat) != 0) throw InputError(damaged);
    if (stat.size / 1100 > stat.comp_size + 1)
      throw InputError(shown(node.name) + " says that it has " + std::to_string(stat.size) + " bytes, of " +
                       std::to_string(stat.comp_size) +
                       " compressed ones; allowed: up to 1100 times as many");
    Member member{nullptr, headerOf(node.ordinal, shown(node.name)), damaged};
    requireNpySize(member.header, stat.size, shown(node.name));
    member.entry.reset(zip_fopen_index(m_archive.get(), node.ordinal, 0));
    if (!member.entry) throw InputError(damaged);
    std::vector<char> head(member.header.dataOffset);
    member.source()(head.data(), head.size());
    return member;
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
          },
          [](const std::string& file, const std::string& path, const ReadOptions& options) {
            return streamFromTree(std::make_shared<Npz>(file), file, path, options);
          }};
}

}  // namespace keyhole
