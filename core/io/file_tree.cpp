#include "core/io/file_tree.h"

#include <algorithm>
#include <limits>

namespace keyhole {

std::uint64_t FileNode::size() const {
  std::uint64_t product = 1;
  for (const std::uint64_t extent : shape) {
    if (extent != 0 && product > std::numeric_limits<std::uint64_t>::max() / extent)
      return std::numeric_limits<std::uint64_t>::max();
    product *= extent;
  }
  return product;
}

std::uint64_t mostOfSparse(std::uint64_t stored) {
  constexpr std::uint64_t kAlways = std::uint64_t{1} << 24, kMost = std::uint64_t{1} << 30,
                          kThinnest = 10'000;
  return std::clamp(kThinnest * std::min(stored, kMost), kAlways, kMost);
}

std::string shapeText(const std::vector<std::uint64_t>& shape) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < shape.size() && i < kMost; ++i)
    text += (i ? " x " : "") + std::to_string(shape[i]);
  return shape.size() > kMost ? text + " x …" : text;
}

void FileTree::stream(const FileNode& node, bool timeInColumns, const Work& work) {
  const Matrix values = std::move(load({&node}).front());
  work(timeInColumns ? values : Matrix(values.transpose()));
}

}  // namespace keyhole
