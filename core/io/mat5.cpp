#include "core/io/mat5.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/inflated.h"
#include "core/io/mat5_variable.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

namespace keyhole {
namespace {

constexpr std::uint64_t kHeader = 128, kTag = mat5::kTag;

// Version and byte order stand at the end of the first 128 bytes.
struct FileMark {
  bool isVersion5 = false;
  bool swapped = false;  // written on a machine of the other byte order
};

FileMark markOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char bytes[4] = {};
  if (!file.seekg(124) || !file.read(bytes, 4)) return {};
  const std::string_view order(bytes + 2, 2);
  const bool swapped = order == "MI";
  const bool one = bytes[swapped ? 0 : 1] == 1 && bytes[swapped ? 1 : 0] == 0;
  return {one && (swapped || order == "IM"), swapped};
}

struct Variable {
  std::uint64_t begin = 0, end = 0;  // of its content in the file
  bool compressed = false;
};

class Mat5 : public FileTree {
 public:
  Mat5(const std::string& path, bool quick) : m_path(path), m_swapped(markOf(path).swapped) {
    m_root.kind = FileNode::Kind::group;
    findVariables();
    for (std::size_t i = 0; i < m_variables.size(); ++i) {
      FileNode node = walk(m_variables[i], {}, quick);
      m_names.push_back(node.name);
      node.place = std::to_string(i);
      setPlace(node, node.place);
      // MATLAB keeps what belongs to its own objects in a variable without a name.
      if (!node.name.empty()) m_root.children.push_back(std::move(node));
    }
  }

  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    std::vector<Matrix> values(nodes.size());
    std::map<std::size_t, mat5::Wanted> wanted;
    std::vector<std::pair<std::size_t, std::size_t>> copies;  // the same node twice
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      auto& ofVariable = wanted[static_cast<std::size_t>(std::stoull(nodes[i]->place))];
      const auto [entry, isNew] = ofVariable.emplace(nodes[i]->ordinal, &values[i]);
      if (!isNew) copies.emplace_back(i, static_cast<std::size_t>(entry->second - values.data()));
    }
    for (const auto& [variable, ordinals] : wanted) loadFrom(variable, ordinals);
    for (const auto& [to, from] : copies) values[to] = values[from];
    return values;
  }

 private:
  static void setPlace(FileNode& node, const std::string& place) {
    for (auto& child : node.children) {
      child.place = place;
      setPlace(child, place);
    }
  }

  // The elements of a file follow each other, each with its type and size in front.
  void findVariables() {
    std::ifstream file(m_path, std::ios::binary);
    const std::uint64_t end = std::filesystem::file_size(m_path);
    for (std::uint64_t at = kHeader; at < end;) {
      unsigned char tag[kTag] = {};
      file.seekg(static_cast<std::streamoff>(at));
      file.read(reinterpret_cast<char*>(tag), kTag);
      const auto word = [&](std::size_t first) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
          value |= static_cast<std::uint64_t>(tag[first + (m_swapped ? 3 - i : i)]) << (8 * i);
        return value;
      };
      const std::uint64_t type = word(0), size = word(4);
      if (!file || size > end || at + kTag + size > end)
        throw InputError(m_path + " is truncated or damaged: it has " + std::to_string(end) +
                         " bytes, and a variable that would end at byte " + std::to_string(at + kTag + size));
      if (type != mat5::kMatrix && type != mat5::kCompressed)
        throw InputError(m_path + " is truncated or damaged: at byte " + std::to_string(at) +
                         " stands an element of type " + std::to_string(type) + ", which is no variable");
      m_variables.push_back({at + kTag, at + kTag + size, type == mat5::kCompressed});
      at += kTag + size;
    }
  }

  // What goes wrong is said of the variable.
  void loadFrom(std::size_t variable, const mat5::Wanted& wanted) {
    try {
      walk(m_variables[variable], wanted, false);
    } catch (const InputError& error) {
      const std::string why = error.what();
      if (!why.starts_with(m_path + " ")) throw;
      throw InputError(m_path + ":" + shownText(m_names[variable]) + why.substr(m_path.size()));
    }
  }

  FileNode walk(const Variable& variable, const mat5::Wanted& wanted, bool quick) {
    const auto stream = variable.compressed ? inflatedStream(m_path, variable.begin, variable.end)
                                            : fileStream(m_path, variable.begin, variable.end);
    const mat5::Source source{m_path, *stream, m_swapped, quick, variable.compressed};
    std::uint64_t surplus = 0;
    FileNode node = variable.compressed ? mat5::taggedVariable(source, wanted, surplus)
                                        : mat5::variableOf(source, variable.end - variable.begin, wanted);
    if (!wanted.empty()) stream->finish();
    if (wanted.empty() && surplus > 0)
      notes.push_back(m_path + ":" + shownText(node.name) + " declares " + std::to_string(surplus) +
                      " bytes more than its arrays have (as matio writes text): they were read by their own "
                      "sizes");
    return node;
  }

  std::string m_path;
  bool m_swapped;
  std::vector<Variable> m_variables;
  std::vector<std::string> m_names;  // of them
  FileNode m_root;
};

}  // namespace

bool isMat5(const std::string& path) {
  return markOf(path).isVersion5;
}

std::unique_ptr<FileTree> openMat5(const std::string& path, bool quick) {
  return std::make_unique<Mat5>(path, quick);
}

}  // namespace keyhole
