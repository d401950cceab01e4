// The text that Octave's `save` writes when no format is named, whatever the file is called: "# name:",
// "# type:", sizes, numbers. (libinterp/octave-value, the save_ascii members.)
#pragma once

#include "core/io/file_tree.h"

namespace keyhole {

// Whether the file begins as Octave's text does, or as its binary format, which is refused with a sentence.
bool isOctaveText(const std::string& path);

// Scalars, matrices of all numeric types, logical, complex, sparse, ranges, diagonal matrices, N-d arrays,
// structs, arrays of structs and cells; other types are listed as what cannot be read. Throws InputError
// naming the file and the line: cut short, or no such text. All of the file is scanned. Cost O(bytes).
std::unique_ptr<FileTree> openOctaveText(const std::string& path);

}  // namespace keyhole
