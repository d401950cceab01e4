// Whole numbers of 64 bits, which a double does not hold exactly beyond 2^53 (IEEE 754: its fraction has 53
// bits).
#pragma once

#include "core/common/types.h"
#include "core/io/file_tree.h"

#include <cstdint>
#include <string>
#include <vector>

namespace keyhole {

// Counts among numbers that were whole ones of 64 bits those that may have been rounded on their way into a
// double.
class LongIntegers {
 public:
  // Cost O(size).
  void add(ConstMatrixRef values);

  // "SHOWN has 12 whole numbers …", or empty if there is none.
  std::string note(const std::string& shown) const;

 private:
  std::uint64_t m_count = 0;
  double m_largest = 0;
};

// Whether a node's numbers are whole ones of 64 bits, by its type.
bool isLongInteger(const FileNode& node);

// A tree that passes everything on to another one and counts such numbers in what is loaded.
class CountedTree : public FileTree {
 public:
  // Keeps `tree`, which must outlive it.
  explicit CountedTree(FileTree& tree) : m_tree(tree) {}

  const FileNode& root() const override { return m_tree.root(); }
  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override;
  std::optional<Matrix> loadTurned(const FileNode& node) override;
  void stream(const FileNode& node, bool timeInColumns, const Work& work) override;

  struct Counted {
    const FileNode* node;
    LongIntegers integers;
  };
  // Of what has been loaded so far, an entry per node.
  const std::vector<Counted>& counted() const { return m_counted; }

  // Those that loading found, too.
  const std::vector<std::string>& notesOfFile() const { return m_tree.notes; }

 private:
  void count(const FileNode& node, ConstMatrixRef values);

  FileTree& m_tree;
  std::vector<Counted> m_counted;
};

}  // namespace keyhole
