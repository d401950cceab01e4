// Reading out of a file that holds a tree of arrays: what its format's contents() and read() are.
#pragma once

#include "core/io/file_tree.h"
#include "core/io/formats.h"

#include <string>

namespace keyhole {

FileContents contentsOfTree(FileTree& tree, const std::string& formatName);

// The place, or the only sensible recording; pages of three dimensions become trials. A clock or a rate
// beside it gives the time between samples. Throws InputError.
FileData readFromTree(FileTree& tree, const std::string& file, const std::string& path,
                      const ReadOptions& options);

// The same as a stream: of one array of two dimensions that is no series with a clock that jumps. Else
// nothing.
std::optional<DataStream> streamFromTree(std::shared_ptr<FileTree> tree, const std::string& file,
                                         const std::string& path, const ReadOptions& options);

}  // namespace keyhole
