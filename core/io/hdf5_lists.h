// Cells and arrays of structs, as Octave and MATLAB write them into the groups of an HDF5 file.
#pragma once

#include "core/io/file_tree.h"

namespace keyhole {

// Octave's cells are members _0, _1, … of a group, beside their extents; what is no group stays.
void toCells(FileNode& node);

// An array of structs is a struct whose members are arrays of references, all of one size; else it stays.
void toStructs(FileNode& node);

}  // namespace keyhole
