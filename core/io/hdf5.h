// HDF5 files through libhdf5: MATLAB 7.3 (of MATLAB and hdf5storage), Octave's, NWB 2 and any other.
#pragma once

#include "core/io/file_tree.h"

namespace keyhole {

// Whether the file has HDF5's signature, at its beginning or behind a user block as MATLAB writes it.
bool isHdf5(const std::string& path);

// Groups, datasets of numbers, logical, complex with two parts, text; MATLAB's structs, cells and sparse
// matrices, whose axes are turned so that rows are rows. A group of a neurodata type has that as its type,
// and the rate, unit, conversion and offset of its series. Links to other files are named, never followed;
// links that lead in a circle end there. Throws InputError: no HDF5 file, damaged. libhdf5 trusts its files
// more than one should: see openHdf5Apart().
std::unique_ptr<FileTree> openHdf5(const std::string& path);

// The same, with libhdf5 in a process of its own that is bounded in memory and time: whatever a damaged file
// makes of it ends in a sentence. Both listing and loading start one. wanted: the place that will be asked
// for, if there is one; it is listed even where it stands behind more than is listed.
std::unique_ptr<FileTree> openHdf5Apart(const std::string& path, const std::string& wanted = {});

}  // namespace keyhole
