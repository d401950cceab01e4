#include "core/io/hdf5_lists.h"

#include <algorithm>
#include <charconv>

namespace keyhole {

void toCells(FileNode& node) {
  if (node.kind != FileNode::Kind::group) return;
  std::vector<std::pair<std::uint64_t, FileNode>> elements;
  for (auto& child : node.children) {
    std::uint64_t number = 0;
    const char *begin = child.name.data() + 1, *end = child.name.data() + child.name.size();
    if (!child.name.starts_with('_') || std::from_chars(begin, end, number).ptr != end) continue;
    child.name.clear();
    elements.emplace_back(number, std::move(child));
  }
  std::sort(elements.begin(), elements.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  node.kind = FileNode::Kind::cells;
  node.type = "references";
  node.shape = {1, elements.size()};
  node.children.clear();
  for (auto& [number, child] : elements) node.children.push_back(std::move(child));
}

void toStructs(FileNode& node) {
  const auto& fields = node.children;
  const auto isList = [](const FileNode& f) {
    return f.kind == FileNode::Kind::cells && f.type == "references";
  };
  if (fields.empty() || !std::all_of(fields.begin(), fields.end(), isList)) return;
  const std::size_t n = fields.front().children.size();
  if (n == 0 ||
      !std::all_of(fields.begin(), fields.end(), [n](const FileNode& f) { return f.children.size() == n; }))
    return;
  FileNode structs = node;
  structs.kind = FileNode::Kind::structs;
  structs.shape = fields.front().shape;
  structs.children.clear();
  for (std::size_t i = 0; i < n; ++i) {
    FileNode one;
    one.kind = FileNode::Kind::group;
    one.type = "struct";
    for (const auto& field : fields) {
      one.children.push_back(field.children[i]);
      one.children.back().name = field.name;
    }
    structs.children.push_back(std::move(one));
  }
  node = std::move(structs);
}

}  // namespace keyhole
