// The time between the samples of an array in a file that holds a tree of them: its own rate, or a clock or a
// rate that stands beside it or farther out; and what may be its clock, but was not taken.
#pragma once

#include "core/io/file_place.h"
#include "core/io/formats.h"

#include <string>
#include <vector>

namespace keyhole {

class TreeClock {
 public:
  // Keeps all of them. shown: FILE:PATH of the array; lengths: time points of each of its trials; others: the
  // extent of its other axis.
  TreeClock(FileTree& tree, FileData& data, std::string file, std::string shown, std::vector<Index> lengths,
            Index others);

  // Sets the data's interval, times and start, and notes. Throws InputError: a series' clock that cannot be
  // one (neurodata.h).
  void find(const PlacedArrays& placed);

 private:
  // What stands directly in a group.
  struct Beside {
    std::vector<const FileNode*> clocks, misfits, rates, steps, vectors;
  };

  void ofSeries(const FileNode& series);
  void ofArray(const PlacedArrays& placed);
  bool ofEachTrial(const PlacedArrays& placed);
  bool clockOfEach(const PlacedArrays& placed, const FileNode& group);
  bool rateOfEach(const PlacedArrays& placed, const FileNode& first);
  Beside besideIn(const FileNode& group) const;
  bool takeFrom(const Beside& beside);
  void sayWhatIsElsewhere(const Beside& inner);
  bool takeColumn(const FileNode& node);
  void takeRate(double rate, const std::string& where);
  void compareWithRate(const FileNode& clock, const FileNode& rate);
  void say(const std::string& note) { m_data.notes.push_back(note); }
  std::string textOf(const FileNode& node) const;  // FILE:PATH
  std::string textsOf(const std::vector<const FileNode*>& nodes) const;

  FileTree& m_tree;
  FileData& m_data;
  std::string m_file, m_shown;
  std::vector<Index> m_lengths;
  Index m_others;
  std::uint64_t m_length = 0;  // of all trials, if they are of one
};

// The group that a node stands in; null: it is the root.
const FileNode* groupOf(const FileNode& root, const FileNode* node);

// The path of a node; empty: it is not there, or it is the root.
std::string pathOfNode(const FileNode& root, const FileNode* node);

}  // namespace keyhole
