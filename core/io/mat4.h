// MATLAB files of version 4: matrices one behind the other, without a mark at their beginning.
#pragma once

#include "core/io/file_tree.h"

namespace keyhole {

// Whether the whole file is a chain of valid version 4 matrices (at least one) that ends where it ends.
bool isMat4(const std::string& path);

// Full and sparse matrices of every type, in either byte order; complex ones are loadable if the imaginary
// part is zero. Throws InputError.
std::unique_ptr<FileTree> openMat4(const std::string& path);

}  // namespace keyhole
