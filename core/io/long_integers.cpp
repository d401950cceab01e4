#include "core/io/long_integers.h"

#include "core/common/error.h"

#include <algorithm>
#include <cmath>

namespace keyhole {

void LongIntegers::add(ConstMatrixRef values) {
  constexpr double kExact = 0x1p53;
  for (Index j = 0; j < values.cols(); ++j)
    for (Index i = 0; i < values.rows(); ++i) {
      const double size = std::abs(values(i, j));
      if (!(size >= kExact)) continue;
      ++m_count;
      m_largest = std::max(m_largest, size);
    }
}

std::string LongIntegers::note(const std::string& shown) const {
  if (m_count == 0) return {};
  // Half of the step between doubles of this size.
  const double off = (std::nextafter(m_largest, HUGE_VAL) - m_largest) / 2;
  return shown + " has " + std::to_string(m_count) + (m_count == 1 ? " whole number" : " whole numbers") +
         " of 64 bits from 2^53 on, which are held as the nearest double: off by up to " + toText(off);
}

bool isLongInteger(const FileNode& node) {
  // As HDF5, MATLAB and Octave, and as NumPy name them.
  return node.type.starts_with("int64") || node.type.starts_with("uint64") || node.type == "i8" ||
         node.type == "u8";
}

std::vector<Matrix> CountedTree::load(const std::vector<const FileNode*>& nodes) {
  std::vector<Matrix> values = m_tree.load(nodes);
  for (std::size_t k = 0; k < nodes.size(); ++k) count(*nodes[k], values[k]);
  return values;
}

std::optional<Matrix> CountedTree::loadTurned(const FileNode& node) {
  auto values = m_tree.loadTurned(node);
  if (values) count(node, *values);
  return values;
}

void CountedTree::stream(const FileNode& node, bool timeInColumns, const Work& work) {
  m_tree.stream(node, timeInColumns, [&](const Matrix& piece) {
    count(node, piece);
    return work(piece);
  });
}

void CountedTree::count(const FileNode& node, ConstMatrixRef values) {
  if (!isLongInteger(node)) return;
  auto found =
      std::find_if(m_counted.begin(), m_counted.end(), [&](const Counted& one) { return one.node == &node; });
  if (found == m_counted.end()) found = m_counted.insert(found, {&node, {}});
  found->integers.add(values);
}

}  // namespace keyhole
