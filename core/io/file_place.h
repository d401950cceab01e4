// The one way to name a place in a file: FILE:PATH, where PATH has names joined by . (fields) or / (groups),
// (3) or {3} for one element of a struct or cell array, [:,:,2] for one page; all counted from 1.
#pragma once

#include "core/io/file_arrays.h"

#include <string>
#include <vector>

namespace keyhole {

struct FilePlace {
  std::string file, path;  // path is empty if none is given
};

// The colon is the first one with an existing file before it; a name that is itself a file has no
// path. Without any such file, the last colon behind a known ending parts them, so that the sentence about
// the missing file names it rightly.
FilePlace parsePlace(const std::string& text);

// The arrays that a path names, one per trial.
struct PlacedArrays {
  std::vector<const FileNode*> nodes;
  const FileNode* series = nullptr;  // the group that tells their rate and unit, if there is one
  std::vector<std::uint64_t> pages;  // [:,:,2]: the pages beyond rows and columns, from 0; empty: all
  bool isList = false;
};

// Throws InputError: no such name (those that are there are listed), an element that is not there, no
// numbers.
PlacedArrays placedArrays(const FileNode& root, const std::string& file, const std::string& path);

}  // namespace keyhole
