// MATLAB files of version 5 (also called 6 and 7), read after MathWorks' "MAT-File Format" document.
#pragma once

#include "core/io/file_tree.h"

namespace keyhole {

// Whether the first bytes of a file are those of version 5.
bool isMat5(const std::string& path);

// All variables: numbers of every class, logical, sparse, complex (loadable if the imaginary part is zero),
// text, structs, cells. Memory is bounded by the file: sizes that it cannot hold are refused. The checksum of
// a compressed variable is checked when it is loaded. quick: structs and cells of more than 64 MB are not
// looked into. Throws InputError: truncated or damaged.
std::unique_ptr<FileTree> openMat5(const std::string& path, bool quick = false);

}  // namespace keyhole
