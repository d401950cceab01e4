// The arrays in a file as a list, each with its path and what it could be.
#pragma once

#include "core/io/file_tree.h"

#include <string>
#include <vector>

namespace keyhole {

enum class ArrayRole { recording, input, clock, rate, spikes, trials, vector, other };

const char* nameOf(ArrayRole role);

struct FileArray {
  std::string path;                    // behind FILE:
  std::vector<const FileNode*> nodes;  // one, or one per trial; none if it cannot be read
  bool isList = false;                 // the elements of a struct or cell array
  std::vector<std::uint64_t> extents;  // of the first
  std::string shape;                   // "300 x 4", "3 trials of 100 x 4", "3 trials of 80…120 x 4"
  std::string type, unit;
  double rate = 0;   // samples a second, by the file; 0: not said
  Index trials = 0;  // elements of a list, or pages of an array of three dimensions; else 0
  ArrayRole role = ArrayRole::other;
  std::string reason;  // why it has that role
};

// Depth first, in the order of the file. Cost O(nodes).
std::vector<FileArray> arraysIn(const FileNode& root);

// The only one of them that is sensible as a recording; throws InputError that lists them (or says that there
// is none), with `file` in front. What was passed over for its size is added to `notes`.
const FileArray& onlyRecording(const std::vector<FileArray>& arrays, const std::string& file,
                               std::vector<std::string>& notes);

// "left (3 x 2 double), right (3 x 2 double) and 7 more", as many as a sentence can hold.
std::string listed(const std::vector<std::string>& descriptions);
std::string describe(const FileArray& array);

// Whether a group is a series after the NWB schema: numbers in its member "data".
const FileNode* seriesData(const FileNode& node);

// "data.spikes" in "data", "spikes" in a group of the file's root: the path of a member.
std::string memberPath(const std::string& path, const FileNode& group, const std::string& name);

}  // namespace keyhole
